#pragma once

/// What plugins and the host throw at each other. The types have default visibility, so that they can be caught by type
/// on the other side of a library's boundary. Anything else that a plugin throws is reported as a fault of that plugin.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fthost/message.h>
#include <fthost/version.h>

namespace fthost {

/// The base of all: the run cannot go on, and what() says why in a sentence. Exit status 1.
class FTHOST_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what);
  ~Error() override;
};

/// The user's input is wrong: a file, a folder, a value. Carries every message that could be collected. Exit status 2.
class FTHOST_API InputError : public Error {
 public:
  explicit InputError(std::vector<Message> messages);
  explicit InputError(Message message);
  /// One message about a file or folder as a whole: `file` as the user wrote it, or "fthost" for the command line;
  /// `text` and `notes` as Message has them.
  InputError(std::string file, std::string text, std::vector<std::string> notes = {});
  ~InputError() override;

  const std::vector<Message>& messages() const { return messages_; }

 private:
  std::vector<Message> messages_;
};

/// A value of one of the component's own options is wrong in a way that its declaration cannot say, such as 20 layers
/// of a model that has 12. The host points at the option's line in the pipeline file. Exit status 2.
class FTHOST_API OptionError : public Error {
 public:
  /// `option`: the name as declared; `what`: what is wrong, such as "20 layers are to learn, but the model has 12".
  OptionError(std::string option, const std::string& what);
  ~OptionError() override;

  const std::string& option() const { return option_; }

 private:
  std::string option_;
};

}  // namespace fthost

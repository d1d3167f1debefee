#include <fthost/error.h>

#include <string>
#include <utility>
#include <vector>

namespace fthost {

// The destructors are here, so that each type's identity (vtable, type information) lives in one library only.

Error::Error(const std::string& what) : std::runtime_error(what) {}
Error::~Error() = default;

InputError::InputError(std::vector<Message> messages) : Error(render(messages)), messages_(std::move(messages)) {}
InputError::InputError(Message message) : InputError(std::vector<Message>{std::move(message)}) {}
InputError::InputError(std::string file, std::string text, std::vector<std::string> notes)
    : InputError(Message{.place = {std::move(file), 0, 0}, .text = std::move(text), .notes = std::move(notes)}) {}
InputError::~InputError() = default;

OptionError::OptionError(std::string option, const std::string& what) : Error(what), option_(std::move(option)) {}
OptionError::~OptionError() = default;

}  // namespace fthost

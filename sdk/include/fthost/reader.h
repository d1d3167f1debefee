#pragma once

/// Kind `reader`: files to sentences. Needs no tensor and no LibTorch.

#include <filesystem>
#include <functional>

#include <fthost/component.h>
#include <fthost/error.h>
#include <fthost/options.h>
#include <fthost/sentence.h>

namespace fthost {

/// Made once a run, and asked for one file after the other: train, dev, test. Called on the training thread only.
class FTHOST_API Reader : public Component {
 public:
  static constexpr Kind kKind = Kind::reader;
  ~Reader() override;

  /// Reads `file` (absolute or from the working folder; it is there and is no folder) from start to end and calls
  /// `take` for each sentence in turn, holding no more than one in memory. A sentence has a word or more, none empty, a
  /// line for each word, and a label for each or none at all. What `take` throws must pass.
  /// What is wrong in the file (encoding, a missing column, an over-long line) is thrown as one InputError after the
  /// whole file was looked at: each message with file and line, the first 20 of them, and a count of the rest.
  virtual void read(const std::filesystem::path& file, const std::function<void(Sentence&&)>& take) = 0;
};

}  // namespace fthost

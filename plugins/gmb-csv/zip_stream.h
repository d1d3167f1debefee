#pragma once

/// The one file inside a zip, as a stream.

#include <filesystem>
#include <istream>
#include <memory>

namespace gmb {

/// Opens a file, or, when it is a zip by its first bytes, the file in it, which is inflated while it is read. Throws
/// InputError when the file can't be opened or is a pipe, when the zip does not hold exactly one file (besides those in
/// __MACOSX), or when that is encrypted, compressed by an unknown method or larger than 4 GiB. Reading from the stream
/// throws InputError when the zip turns out to be damaged.
std::unique_ptr<std::istream> open_plain_or_zip(const std::filesystem::path& file);

}  // namespace gmb

#include "core/plugins/elf_note.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <fthost/error.h>
#include <fthost/plugin.h>

namespace fthost {
namespace {

static_assert(std::endian::native == std::endian::little, "headers are read as they lie in memory");

constexpr std::size_t kMostProgramHeaders = 1024;

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "say here which e_machine of <elf.h> this processor has"
#endif

[[noreturn]] void refuse(const std::string& what) {
  throw Error(what);
}

void require_within(const ByteSource& file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset)
    refuse("it is cut short: its headers speak of more than the " + std::to_string(file.size()) +
           " bytes that are there; build or copy it again");
}

template <class T>
std::vector<T> read_array(const ByteSource& file, std::uint64_t offset, std::size_t count) {
  require_within(file, offset, count * sizeof(T));
  std::vector<T> values(count);
  file.read(offset, std::as_writable_bytes(std::span(values)));
  return values;
}

Elf64_Ehdr read_header(const ByteSource& file) {
  if (file.size() == 0) refuse("it is empty");
  const auto present = static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), EI_NIDENT));
  auto start = read_array<unsigned char>(file, 0, present);
  start.resize(EI_NIDENT);
  if (std::memcmp(start.data(), ELFMAG, std::min<std::size_t>(present, SELFMAG)) != 0)
    refuse("it is no ELF file, so no shared library");
  if (present > EI_CLASS && start[EI_CLASS] != ELFCLASS64) refuse("it is a 32-bit library, fthost loads 64-bit ones");
  if (present > EI_DATA && start[EI_DATA] != ELFDATA2LSB) refuse("it is a big-endian library");
  const auto header = read_array<Elf64_Ehdr>(file, 0, 1).front();
  if (header.e_type != ET_DYN) refuse("it is an ELF file, but no shared library");
  if (header.e_machine != kMachine)
    refuse("it was built for another processor (ELF machine " + std::to_string(header.e_machine) + ", this one is " +
           std::to_string(kMachine) + ")");
  return header;
}

std::vector<Elf64_Phdr> read_program_headers(const ByteSource& file) {
  const auto header = read_header(file);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > kMostProgramHeaders)
    refuse("its ELF program headers are malformed");
  auto headers = read_array<Elf64_Phdr>(file, header.e_phoff, header.e_phnum);
  for (const auto& segment : headers)
    if (segment.p_type == PT_LOAD || segment.p_type == PT_NOTE || segment.p_type == PT_DYNAMIC)
      require_within(file, segment.p_offset, segment.p_filesz);
  return headers;
}

/// Walks over the notes of one segment.
class Notes {
 public:
  Notes(std::span<const std::byte> bytes, std::size_t alignment) : bytes_(bytes), alignment_(alignment) {}

  /// The descriptor of the next fthost note, if there is one.
  std::optional<std::span<const std::byte>> next_of_fthost() {
    while (bytes_.size() >= sizeof(Elf64_Nhdr)) {
      Elf64_Nhdr note;
      std::memcpy(&note, bytes_.data(), sizeof note);
      skip(sizeof note);
      const auto name = take(note.n_namesz);
      const auto descriptor = take(note.n_descsz);
      const std::string_view text(reinterpret_cast<const char*>(name.data()), name.size());
      if (note.n_type == description::kNoteType && text == description::kNoteName) return descriptor;
    }
    return std::nullopt;
  }

 private:
  void skip(std::size_t size) { bytes_ = bytes_.subspan(std::min(size, bytes_.size())); }

  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size()) refuse("its ELF notes are malformed");
    const auto taken = bytes_.first(size);
    skip((size + alignment_ - 1) / alignment_ * alignment_);
    return taken;
  }

  std::span<const std::byte> bytes_;
  std::size_t alignment_;
};

}  // namespace

std::vector<std::byte> read_note(const ByteSource& file) {
  std::optional<std::vector<std::byte>> found;
  for (const auto& segment : read_program_headers(file)) {
    if (segment.p_type != PT_NOTE) continue;
    if (segment.p_filesz > kLargestNote)
      refuse("its ELF notes have " + std::to_string(segment.p_filesz) + " bytes, at most " +
             std::to_string(kLargestNote) + " are read");
    const auto bytes = read_array<std::byte>(file, segment.p_offset, static_cast<std::size_t>(segment.p_filesz));
    Notes notes(bytes, segment.p_align == 8 ? 8 : 4);
    while (const auto descriptor = notes.next_of_fthost()) {
      if (found) refuse("it has two descriptions: FTHOST_PLUGIN is to stand once in a library");
      found.emplace(descriptor->begin(), descriptor->end());
    }
  }
  if (!found) refuse("it has no fthost note, so it is no plugin: FTHOST_PLUGIN of <fthost/plugin.h> makes one");
  return *std::move(found);
}

}  // namespace fthost

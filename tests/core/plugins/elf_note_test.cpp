#include <elf.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <fthost/error.h>

#include "core/plugins/description.h"
#include "core/plugins/elf_note.h"
#include "tests/catch.h"
#include "tests/core/plugins/fixtures.h"

using namespace fthost;

namespace {

class Memory final : public ByteSource {
 public:
  explicit Memory(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override {
    REQUIRE(offset <= bytes_.size());
    REQUIRE(out.size() <= bytes_.size() - offset);
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  }

 private:
  std::string_view bytes_;
};

std::string fault_of(std::string_view bytes) {
  try {
    read_note(Memory(bytes));
  } catch (const Error& e) {
    return e.what();
  }
  return "no fault";
}

template <class T>
T part(const std::string& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// The bytes with a field of the header set.
template <class Field>
std::string with(std::string bytes, Field Elf64_Ehdr::*field, Field value) {
  auto header = part<Elf64_Ehdr>(bytes, 0);
  header.*field = value;
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

/// The bytes with a field of the note's program header set.
template <class Field>
std::string with_note(std::string bytes, Field Elf64_Phdr::*field, Field value) {
  const auto header = part<Elf64_Ehdr>(bytes, 0);
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto at = header.e_phoff + i * sizeof(Elf64_Phdr);
    auto segment = part<Elf64_Phdr>(bytes, at);
    if (segment.p_type != PT_NOTE) continue;
    segment.*field = value;
    std::memcpy(bytes.data() + at, &segment, sizeof segment);
  }
  return bytes;
}

/// Where what is mapped of the library ends; behind it are sections, which nobody needs.
std::size_t mapped_end(const std::string& bytes) {
  const auto header = part<Elf64_Ehdr>(bytes, 0);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = part<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

}  // namespace

TEST_CASE("elf note is read from a library, stripped or not", "[unit][plugins]") {
  for (const auto* name : {"good.so", "stripped.so"}) {
    INFO(name);
    const auto bytes = bytes_of(fixture(name));
    const auto library = decode_description(read_note(Memory(bytes)));
    REQUIRE(library.components.size() == 2);
    CHECK(library.components[0].name == "half");
    CHECK(library.components[1].handles == std::vector<std::string>{"one", "two"});
  }
}

TEST_CASE("elf note says what is wrong with a file", "[unit][plugins]") {
  const auto good = bytes_of(fixture("good.so"));
  auto bits32 = good;
  bits32[EI_CLASS] = ELFCLASS32;
  auto big_endian = good;
  big_endian[EI_DATA] = ELFDATA2MSB;
  CHECK(fault_of("") == "it is empty");
  CHECK(fault_of("#!/bin/sh\n") == "it is no ELF file, so no shared library");
  CHECK(fault_of(std::string(1000, '\0')) == "it is no ELF file, so no shared library");
  CHECK(fault_of(bits32) == "it is a 32-bit library, fthost loads 64-bit ones");
  CHECK(fault_of(bits32.substr(0, 52)) == "it is a 32-bit library, fthost loads 64-bit ones");
  CHECK(fault_of(big_endian) == "it is a big-endian library");
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_type, Elf64_Half{ET_REL})) == "it is an ELF file, but no shared library");
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_machine, Elf64_Half{EM_PPC64})) ==
        "it was built for another processor (ELF machine 21, this one is " +
            std::to_string(part<Elf64_Ehdr>(good, 0).e_machine) + ")");
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_phnum, Elf64_Half{0})) == "its ELF program headers are malformed");
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_phnum, Elf64_Half{2000})) == "its ELF program headers are malformed");
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_phentsize, Elf64_Half{32})) == "its ELF program headers are malformed");
  CHECK(fault_of(bytes_of(fixture("no_note.so"))) ==
        "it has no fthost note, so it is no plugin: FTHOST_PLUGIN of <fthost/plugin.h> makes one");
}

TEST_CASE("elf note that is cut short is refused at every length", "[unit][plugins]") {
  const auto good = bytes_of(fixture("stripped.so"));
  const auto end = mapped_end(good);
  for (std::size_t length = 1; length < end; ++length) {
    INFO("length " << length);
    CHECK(fault_of(std::string_view(good).substr(0, length)) == "it is cut short: its headers speak of more than the " +
                                                                    std::to_string(length) +
                                                                    " bytes that are there; build or copy it again");
  }
  CHECK(fault_of(std::string_view(good).substr(0, end)) == "no fault");
}

TEST_CASE("elf note refuses sizes that cannot be", "[unit][plugins]") {
  auto good = bytes_of(fixture("good.so"));
  const auto cut = "it is cut short: its headers speak of more than the " + std::to_string(good.size()) +
                   " bytes that are there; build or copy it again";
  CHECK(fault_of(with(good, &Elf64_Ehdr::e_phoff, ~Elf64_Off{0})) == cut);
  CHECK(fault_of(with_note(good, &Elf64_Phdr::p_offset, ~Elf64_Off{0})) == cut);
  CHECK(fault_of(with_note(good, &Elf64_Phdr::p_filesz, ~Elf64_Xword{0})) == cut);
  CHECK(fault_of(with_note(good, &Elf64_Phdr::p_filesz, Elf64_Xword{30})) == "its ELF notes are malformed");
  good.resize(4U << 20U);
  CHECK(fault_of(with_note(good, &Elf64_Phdr::p_filesz, Elf64_Xword{1U << 21U})) ==
        "its ELF notes have 2097152 bytes, at most 1048576 are read");
}

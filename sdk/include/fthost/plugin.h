#pragma once

/// What turns a source file into a plugin library: include this, derive from a kind's interface, and end with
///
///     FTHOST_PLUGIN(
///         fthost::component<LastNLayers>("last-n-layers", "Train the head and the last n layers of the model.")
///             .option("layers", fthost::integer().at_least(0).required(), "layers that learn, counted from the top"))
///
/// A class is constructed from `const fthost::Options&`, or from nothing when it has no options. A library may hold
/// several components: separate them by commas. Use the macro once per library, at global scope.
///
/// The macro writes the library's description as plain bytes into an ELF note of its own, which the host reads without
/// opening the library, and defines the one exported function through which the host creates components.
///
/// Layout of the note: name "fthost", type 1, and as its descriptor, little-endian, strings as u32 length and bytes:
///     u32 layout (1)  u32 SDK version  string C++ ABI  string LibTorch version ("" for none)  string CUDA version
///     u32 number of components, each:
///         u8 kind  string name  string summary  u32 n  n strings that it handles  u32 n options, each:
///             string name  u8 type  u8 presence  u8 bounds (1 min, 2 min excluded, 4 max, 8 max excluded)
///             f64 min  f64 max  the default, of which its type says the one that counts:
///             u8 boolean  i64 integer  f64 real  string text
///             u32 n  n strings: choices  string unit  string help

#include <bit>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <fthost/describe.h>
#include <fthost/version.h>

// fthost_add_plugin defines these two for libraries that use tensors.
#ifndef FTHOST_PLUGIN_LIBTORCH
#define FTHOST_PLUGIN_LIBTORCH ""
#endif
#ifndef FTHOST_PLUGIN_CUDA
#define FTHOST_PLUGIN_CUDA ""
#endif

namespace fthost {

/// The C++ library and its string layout: what must agree for objects to cross the boundary. GCC's and Clang's code
/// mix freely as long as these are the same.
#if defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
inline constexpr std::string_view kCxxAbi = "libstdc++/cxx11";
#elif defined(__GLIBCXX__)
inline constexpr std::string_view kCxxAbi = "libstdc++/old";
#else
inline constexpr std::string_view kCxxAbi = "libc++";
#endif

namespace description {

inline constexpr std::uint32_t kLayout = 1;
inline constexpr std::uint32_t kNoteType = 1;
inline constexpr std::string_view kNoteName{"fthost\0", 7};
inline constexpr std::string_view kSymbol = "fthost_create";

/// Counts when `out` is null, else writes: the same code does both, so that the sizes agree.
class Writer {
 public:
  constexpr explicit Writer(unsigned char* out) : out_(out) {}

  constexpr void u8(std::uint8_t v) {
    if (out_ != nullptr) out_[size_] = v;
    ++size_;
  }
  constexpr void u32(std::uint32_t v) {
    for (int i = 0; i < 4; ++i) u8(static_cast<std::uint8_t>(v >> (8 * i)));
  }
  constexpr void u64(std::uint64_t v) {
    for (int i = 0; i < 8; ++i) u8(static_cast<std::uint8_t>(v >> (8 * i)));
  }
  constexpr void bytes(std::string_view s) {
    for (const char c : s) u8(static_cast<std::uint8_t>(c));
  }
  constexpr void string(std::string_view s) {
    u32(static_cast<std::uint32_t>(s.size()));
    bytes(s);
  }
  constexpr void pad() {
    while (size_ % 4 != 0) u8(0);
  }
  constexpr std::size_t size() const { return size_; }

 private:
  unsigned char* out_;
  std::size_t size_ = 0;
};

constexpr void write_option(Writer& w, const OptionSpec& o) {
  w.string(o.name);
  w.u8(static_cast<std::uint8_t>(o.type));
  w.u8(static_cast<std::uint8_t>(o.presence));
  w.u8(static_cast<std::uint8_t>((o.has_min ? 1 : 0) | (o.min_excluded ? 2 : 0) | (o.has_max ? 4 : 0) |
                                 (o.max_excluded ? 8 : 0)));
  w.u64(std::bit_cast<std::uint64_t>(o.min));
  w.u64(std::bit_cast<std::uint64_t>(o.max));
  w.u8(o.default_boolean ? 1 : 0);
  w.u64(static_cast<std::uint64_t>(o.default_integer));
  w.u64(std::bit_cast<std::uint64_t>(o.default_real));
  w.string(o.default_text);
  w.u32(static_cast<std::uint32_t>(o.choice_count));
  for (std::size_t i = 0; i < o.choice_count; ++i) w.string(o.choices[i]);
  w.string(o.unit_name);
  w.string(o.help);
}

constexpr void write_component(Writer& w, const ComponentSpec& c) {
  w.u8(static_cast<std::uint8_t>(c.kind));
  w.string(c.name);
  w.string(c.summary);
  w.u32(static_cast<std::uint32_t>(c.handled_count));
  for (std::size_t i = 0; i < c.handled_count; ++i) w.string(c.handled[i]);
  w.u32(static_cast<std::uint32_t>(c.option_count));
  for (std::size_t i = 0; i < c.option_count; ++i) write_option(w, c.options[i]);
}

/// All components of a library with their classes: a chain rather than std::tuple, whose header would double the
/// compile time of a small plugin.
template <class... Specs>
struct Library;

template <>
struct Library<> {
  static constexpr std::uint32_t count() { return 0; }
  constexpr void write_components(Writer&) const {}
  Component* create(std::string_view, std::string_view, const Options&) const { return nullptr; }
};

template <class First, class... Rest>
struct Library<First, Rest...> {
  First first;
  Library<Rest...> rest;

  static constexpr std::uint32_t count() { return 1 + Library<Rest...>::count(); }

  constexpr void write_components(Writer& w) const {
    write_component(w, first);
    rest.write_components(w);
  }

  Component* create(std::string_view kind, std::string_view name, const Options& options) const {
    if (kind == kind_name(first.kind) && name == first.name) {
      using T = typename First::Type;
      if constexpr (std::is_constructible_v<T, const Options&>)
        return new T(options);
      else
        return new T();
    }
    return rest.create(kind, name, options);
  }
};

template <class First, class... Rest>
consteval Library<First, Rest...> library_of(First first, Rest... rest) {
  static_assert(sizeof...(Rest) < kMostComponents, "too many components in one library");
  if (((rest.kind == first.kind && rest.name == first.name) || ...)) description_is_wrong_component_stands_twice();
  if (!names_its_folder(first)) description_is_wrong_model_needs_a_required_option_path_of_type_path();
  if constexpr (sizeof...(Rest) == 0)
    return {first, {}};
  else
    return {first, library_of(rest...)};
}

template <class L>
constexpr void write_descriptor(Writer& w, const L& library) {
  w.u32(kLayout);
  w.u32(kSdkVersion);
  w.string(kCxxAbi);
  w.string(FTHOST_PLUGIN_LIBTORCH);
  w.string(FTHOST_PLUGIN_CUDA);
  w.u32(L::count());
  library.write_components(w);
}

template <class L>
constexpr std::size_t descriptor_size(const L& library) {
  Writer w(nullptr);
  write_descriptor(w, library);
  return w.size();
}

template <class L>
constexpr void write_note(Writer& w, const L& library) {
  w.u32(static_cast<std::uint32_t>(kNoteName.size()));
  w.u32(static_cast<std::uint32_t>(descriptor_size(library)));
  w.u32(kNoteType);
  w.bytes(kNoteName);
  w.pad();
  write_descriptor(w, library);
  w.pad();
}

template <class L>
consteval std::size_t note_size(const L& library) {
  Writer w(nullptr);
  write_note(w, library);
  return w.size();
}

template <std::size_t N>
struct Note {
  unsigned char bytes[N];
};

template <std::size_t N, class L>
consteval Note<N> note(const L& library) {
  Note<N> n{};
  Writer w(n.bytes);
  write_note(w, library);
  return n;
}

}  // namespace description
}  // namespace fthost

#define FTHOST_PLUGIN(...)                                                                               \
  namespace {                                                                                            \
  constexpr auto fthost_library = ::fthost::description::library_of(__VA_ARGS__);                        \
  }                                                                                                      \
  [[gnu::section(".note.fthost"), gnu::used, gnu::retain]] alignas(4) constinit const auto fthost_note = \
      ::fthost::description::note<::fthost::description::note_size(fthost_library)>(fthost_library);     \
  extern "C" FTHOST_API ::fthost::Component* fthost_create(const char* kind, const char* name,           \
                                                           const ::fthost::Options& options);            \
  extern "C" ::fthost::Component* fthost_create(const char* kind, const char* name,                      \
                                                const ::fthost::Options& options) {                      \
    return fthost_library.create(kind, name, options);                                                   \
  }

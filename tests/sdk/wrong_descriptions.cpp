// One wrong description for each WRONG; 0 is the right one. The compiler must stop at the function that says why.

#include <limits>

#include <fthost/plugin.h>
#include <fthost/schedule.h>

namespace {

struct Constant final : fthost::Schedule {
  double factor(std::int64_t, std::int64_t) const override { return 1; }
};

/// A model as far as a description goes; <fthost/model.h> needs LibTorch.
struct Encoder final : fthost::Component {
  static constexpr auto kKind = fthost::Kind::model;
};

using fthost::boolean, fthost::integer, fthost::integers, fthost::path, fthost::real, fthost::text;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

consteval auto plain() {
  return fthost::component<Constant>("plain", "Has no options.");
}

consteval auto encoder() {
  return fthost::component<Encoder>("encoder", "Has no options.");
}

#if WRONG == 0
constexpr auto described =
    fthost::description::library_of(plain().option("x", integer().at_least(1).at_most(3).by_default(1), "it"),
                                    encoder().option("path", path().required(), "it"));
#elif WRONG == 1
constexpr auto described = plain().option("x", integer(), "it");
#elif WRONG == 2
constexpr auto described = plain().option("x", integer().required().optional(), "it");
#elif WRONG == 3
constexpr auto described = plain().option("x", text().at_least(1).required(), "it");
#elif WRONG == 4
constexpr auto described = plain().option("x", real().at_least(kInfinity).required(), "it");
#elif WRONG == 5
constexpr auto described = plain().option("x", integers().at_least(.5).optional(), "it");
#elif WRONG == 6
constexpr auto described = plain().option("x", real().at_least(2).below(1).required(), "it");
#elif WRONG == 7
constexpr auto described = plain().option("x", integer().one_of({"a"}).required(), "it");
#elif WRONG == 8
constexpr auto described = plain().option("x", integer().by_default(1.5), "it");
#elif WRONG == 9
constexpr auto described = plain().option("x", real().by_default(kInfinity), "it");
#elif WRONG == 10
constexpr auto described = plain().option("x", integer().at_least(1).by_default(0), "it");
#elif WRONG == 11
constexpr auto described = plain().option("x", text().one_of({"a", "b"}).by_default("c"), "it");
#elif WRONG == 12
constexpr auto described = plain().option("x", fthost::texts().by_default("a"), "it");
#elif WRONG == 13
constexpr auto described = plain().option("x-y", boolean().by_default(true), "it");
#elif WRONG == 14
constexpr auto described = plain().option("plugin", boolean().by_default(true), "it");
#elif WRONG == 15
constexpr auto described = plain().option("x", boolean().optional(), "it").option("x", boolean().optional(), "it");
#elif WRONG == 16
constexpr auto described = fthost::description::library_of(plain(), plain());
#elif WRONG == 17
constexpr auto described = plain()
                               .handles("1")
                               .handles("2")
                               .handles("3")
                               .handles("4")
                               .handles("5")
                               .handles("6")
                               .handles("7")
                               .handles("8")
                               .handles("9");
#elif WRONG == 18
constexpr auto described = plain().option("x", boolean().optional(), "");
#elif WRONG == 19
constexpr auto described = plain().option("x", boolean().optional(), "two\nlines");
#elif WRONG == 20
constexpr auto described = fthost::description::library_of(encoder().option("folder", path().required(), "it"));
#endif

}  // namespace

const void* use() {
  return &described;
}

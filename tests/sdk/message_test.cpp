#include <fthost/error.h>
#include <fthost/message.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/catch.h"

using fthost::Message;
using fthost::nearest_name;
using fthost::render;

namespace {

Message example() {
  Message message;
  message.place = {"wnut17.toml", 24, 1};
  message.text = "freezing 'last-n-layers' has no option 'layer'";
  message.source_line = "layer = 3";
  message.caret_length = 5;
  message.hint = "did you mean 'layers'?";
  message.notes = {"layers: integer, 0 or more; layers that learn, counted from the top"};
  return message;
}

}  // namespace

TEST_CASE("message shows place, line, caret, hint and notes", "[unit][sdk]") {
  CHECK(render(example()) == R"(wnut17.toml:24:1: error: freezing 'last-n-layers' has no option 'layer'
   24 | layer = 3
      | ^^^^^ did you mean 'layers'?
  layers: integer, 0 or more; layers that learn, counted from the top
)");
}

TEST_CASE("message leaves out what is not known", "[unit][sdk]") {
  auto message = example();
  message.place.line = 0;
  message.source_line.clear();
  CHECK(render(message) == R"(wnut17.toml: error: freezing 'last-n-layers' has no option 'layer'
  did you mean 'layers'?
  layers: integer, 0 or more; layers that learn, counted from the top
)");
  Message bare;
  bare.text = "no such thing";
  bare.severity = Message::Severity::warning;
  CHECK(render(bare) == "warning: no such thing\n");
  bare.place = {"a.conll", 7, 0};
  bare.source_line = "EU B-ORG x";
  CHECK(render(bare) == "a.conll:7: warning: no such thing\n    7 | EU B-ORG x\n");
  bare.hint = "two columns";
  CHECK(render(bare) == "a.conll:7: warning: no such thing\n    7 | EU B-ORG x\n  two columns\n");
}

TEST_CASE("message shows an override as its line", "[unit][sdk]") {
  Message message;
  message.place = {"--set", 0, 17};
  message.text = "'layers' takes an integer, found the text \"x\"";
  message.source_line = "freezing.layers=x";
  CHECK(render(message) == R"(--set: error: 'layers' takes an integer, found the text "x"
      | freezing.layers=x
      |                 ^
)");
}

TEST_CASE("message puts the caret below tabs and beyond ASCII, and never far behind the line", "[unit][sdk]") {
  Message message;
  message.place = {"f", 123456, 4};
  message.text = "x";
  message.source_line = "\t\xC3\xA4 b";
  CHECK(render(message) == "f:123456:4: error: x\n123456 | \t\xC3\xA4 b\n       | \t  ^\n");
  message.caret_length = 100;
  CHECK(render(message) == "f:123456:4: error: x\n123456 | \t\xC3\xA4 b\n       | \t  ^\n");
  message.place.column = 50;
  CHECK(render(message) == "f:123456:50: error: x\n123456 | \t\xC3\xA4 b\n       | \t   ^\n");
}

TEST_CASE("message keeps a terminal's controls and broken UTF-8 to itself", "[unit][sdk]") {
  Message message;
  message.place = {"f", 1, 3};
  message.text = "found \x1B[2J";
  message.source_line = "a\x1B\x07\xFF\xC2\x9B";
  message.notes = {"two\nlines\x08"};
  const std::string r = "\xEF\xBF\xBD";
  CHECK(render(message) ==
        "f:1:3: error: found " + r + "[2J\n    1 | a" + r + r + r + r + "\n      |   ^\n  two\n  lines" + r + "\n");
}

TEST_CASE("message renders several one after the other", "[unit][sdk]") {
  CHECK(render(std::vector<Message>{}).empty());
  CHECK(render(std::vector<Message>{example(), example()}) == render(example()) + render(example()));
}

TEST_CASE("comma_separated puts a comma between each two", "[unit][sdk]") {
  CHECK(fthost::comma_separated({}).empty());
  CHECK(fthost::comma_separated({"a"}) == "a");
  CHECK(fthost::comma_separated({"", "b", "c, d"}) == ", b, c, d");
}

TEST_CASE("InputError of a file, a text and notes is one message about the file as a whole", "[unit][sdk]") {
  const std::filesystem::path folder = "models";
  const fthost::InputError error(folder / "config.json", "expected an object", {"found a list", "mend it"});
  CHECK(error.what() == std::string("models/config.json: error: expected an object\n  found a list\n  mend it\n"));
  REQUIRE(error.messages().size() == 1);
  CHECK(error.messages()[0].place.file == "models/config.json");
  CHECK(error.messages()[0].notes.size() == 2);
  CHECK(fthost::InputError("fthost", "no such thing").what() == std::string("fthost: error: no such thing\n"));
}

TEST_CASE("nearest_name finds what was meant", "[unit][sdk]") {
  struct Row {
    std::string name;
    std::vector<std::string> candidates;
    std::string nearest;
  };
  const std::vector<Row> rows = {
      {"layer", {"layers", "path"}, "layers"},
      {"epcohs", {"batch_size", "epochs"}, "epochs"},  // two letters swapped
      {"last-layers", {"full", "last-n-layers"}, "last-n-layers"},
      {"wramup", {"warmup_steps", "warmup"}, "warmup"},  // the nearer of two
      {"LR", {"lr"}, ""},                                // all of it differs
      {"epoch", {"epochs", "epochx"}, "epochs"},         // the first of two that are as near
      {"l", {"lr"}, ""},                                 // more than a third
      {"abc", {"abd"}, "abd"},                           // a third
      {"ab", {"ac"}, ""},
      {"classifier", {"classifier-only"}, ""},  // more than three
      {"abcdefghijkl", {"abcdefghiXYZ", "abcdefghWXYZ"}, "abcdefghiXYZ"},
      {"ca", {"abc"}, ""},                    // 2 of 3
      {"xxxxxca", {"xxxxxabc"}, "xxxxxabc"},  // a swap, then a letter between
      {"", {"a"}, ""},
      {"same", {"sane", "same"}, "same"},
      {"x", {}, ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(nearest_name(row.name, row.candidates) == row.nearest);
  }
  CHECK(nearest_name(std::string(1U << 20U, 'x'), {"epochs"}).empty());
}

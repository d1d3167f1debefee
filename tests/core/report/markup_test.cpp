#include "core/report/markup.h"

#include <fthost/error.h>

#include "tests/catch.h"

namespace fthost::report {
namespace {

TEST_CASE("markup escapes texts and attributes", "[unit][report]") {
  Markup markup;
  markup.open("p", {{"title", "a\"b'<c>&"}}).text("<script>alert('x')</script> & ä").close();
  CHECK(markup.take() ==
        "<p title=\"a&quot;b&#39;&lt;c&gt;&amp;\">&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; ä</p>\n");
}

TEST_CASE("markup replaces what is no character of XML", "[unit][report]") {
  CHECK(escaped(std::string_view("a\0b\x1b[31m\x7f\xff\tc\n", 13)) == "a\uFFFDb\uFFFD[31m\uFFFD\uFFFD\tc\n");
  CHECK(escaped("\uFFFE\u0085") == "\uFFFD\uFFFD");
}

TEST_CASE("markup closes what it opens", "[unit][report]") {
  Markup markup;
  markup.open("a").open("b").empty("c").close();
  CHECK_THROWS_AS(markup.take(), Error);
  CHECK(markup.close().take() == "<a><b><c/>\n</b>\n</a>\n");
  CHECK_THROWS_AS(markup.close(), Error);
}

}  // namespace
}  // namespace fthost::report

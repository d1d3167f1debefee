#include <ATen/ATen.h>
#include <fthost/error.h>
#include <fthost/head.h>
#include <torch/csrc/autograd/variable.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/plugins/open_plugin.h"
#include "tests/tensor_files.h"

using namespace fthost;
using Texts = std::vector<std::string>;

namespace {

std::unique_ptr<Head> open_ner(std::map<std::string, OptionValue, std::less<>> options = {}) {
  options.emplace("dropout", 0.5);
  return open_plugin<Head>("ner", "ner", std::move(options));
}

Sentence sentence(Texts labels) {
  Sentence s;
  s.file = "train.conll";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    s.words.push_back("word");
    s.lines.push_back(static_cast<std::uint32_t>(i + 1));
  }
  s.labels = std::move(labels);
  return s;
}

}  // namespace

TEST_CASE("ner makes its tensors from seed and labels", "[unit][plugins]") {
  const auto head = open_ner();
  head->learn_labels(std::vector{sentence({"B-X", "I-X", "O"})});
  CHECK(head->labels() == Texts{"O", "B-X", "I-X"});
  CHECK(head->architecture() == "ForTokenClassification");
  CHECK(head->special_tokens());
  const auto shapes = head->tensors(1000);
  REQUIRE(shapes.size() == 2);
  CHECK(shapes[0].name == "classifier.weight");
  CHECK(shapes[0].shape == std::vector<std::int64_t>{3, 1000});
  CHECK(shapes[1].shape == std::vector<std::int64_t>{3});
  head->initialise({1000, 3, 2018});
  const auto parameters = head->parameters();
  CHECK(at::equal(parameters[1].value, at::zeros({3})));
  CHECK(parameters[0].value.mean().item<double>() == Approx(0).margin(.002));
  CHECK(parameters[0].value.std().item<double>() == Approx(.02).margin(.002));
  head->initialise({1000, 3, 2019});
  CHECK_FALSE(at::equal(head->parameters()[0].value, parameters[0].value));
}

TEST_CASE("ner drops out before its layer in training only", "[unit][plugins]") {
  const auto head = open_ner();
  head->set_labels({"O", "B-X"});
  head->initialise({64, 3, 1});
  const auto packing = pack({20});
  const auto hidden = at::ones({20, 64});
  const auto plain = head->logits(hidden, packing, {});
  CHECK(at::equal(plain[0], plain[19]));
  const auto dropped = head->logits(hidden, packing, {true, 1, 1, at::kFloat});
  CHECK_FALSE(at::equal(dropped[0], dropped[19]));
}

TEST_CASE("ner's loss is the mean over labelled tokens, and 0 without any", "[unit][plugins]") {
  const auto head = open_ner();
  head->set_labels({"O", "B-X"});
  const auto logits = at::tensor({1.F, 2.F, 0.F, 0.F, 5.F, 1.F}).view({3, 2}).set_requires_grad(true);
  const auto loss = head->loss(logits, at::tensor({0, kIgnoredLabel, 1}, at::kLong), 2);
  CHECK(loss.labelled == 2);
  CHECK(loss.mean.item<double>() == Approx((std::log1p(std::exp(1.)) + std::log1p(std::exp(4.))) / 2));
  const auto none = head->loss(logits, at::full({3}, kIgnoredLabel, at::kLong), 0);
  CHECK(none.labelled == 0);
  CHECK(none.mean.item<double>() == 0);
  none.mean.backward();
  CHECK(at::equal(logits.grad(), at::zeros({3, 2})));
}

TEST_CASE("ner decodes each word at its speaker", "[unit][plugins]") {
  const auto head = open_ner();
  head->set_labels({"O", "B-X", "I-X"});
  Example example;
  example.speakers = {{0, 1}, {1, 3}};
  const auto logits = at::tensor({9.F, 0.F, 0.F, 0.F, 0.F, 1.F, 9.F, 0.F, 0.F, -3.F, -1.F, -2.F}).view({4, 3});
  CHECK(head->decode(logits, example) == Texts{"I-X", "B-X"});
}

TEST_CASE("ner takes a listed vocabulary and points at labels outside of it", "[unit][plugins]") {
  const auto head = open_ner({{"labels", Texts{"B-LOC", "O", "B-PER"}}});
  head->learn_labels(std::vector{sentence({"O", "B-LOC"})});
  CHECK(head->labels() == Texts{"B-LOC", "O", "B-PER"});
  try {
    head->learn_labels(std::vector{sentence({"O", "B-LOK", "B-LOK"}), sentence({"B-X"})});
    FAIL("no error");
  } catch (const InputError& error) {
    CHECK(render(error.messages()) ==
          "train.conll:2: error: the label 'B-LOK' is not among the head's 'labels'\n"
          "  did you mean 'B-LOC'?\n"
          "train.conll:1: error: the label 'B-X' is not among the head's 'labels'\n");
  }
  try {
    open_ner({{"labels", Texts{"O", "O"}}});
    FAIL("no error");
  } catch (const OptionError& error) {
    CHECK(error.option() == "labels");
  }
}

TEST_CASE("ner takes a checkpoint's tensors, or says what is wrong with them", "[unit][plugins]") {
  const auto head = open_ner();
  head->set_labels({"O", "B-X"});
  const std::vector<Parameter> saved = {{"classifier.bias", at::ones({2})}, {"classifier.weight", at::ones({2, 8})}};
  head->load({8, 3}, saved);
  CHECK(at::equal(head->parameters()[0].value, at::ones({2, 8})));
  CHECK_THROWS_WITH(
      head->load({9, 3}, std::vector{saved[1]}),
      "the checkpoint holds no head of this kind; 'classifier.weight' has the shape [2, 8], expected [2, 9]; "
      "'classifier.bias' is missing");
}

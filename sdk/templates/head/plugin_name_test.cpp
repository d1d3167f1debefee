// Opens the built library as fthost does, and goes the way of a head from labels to predictions.

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <fthost/head.h>
#include <fthost/testing.h>

#include <cmath>
#include <string>
#include <vector>

using namespace fthost;

int main(int, char** arguments) {
  return testing::run([&] {
    using Texts = std::vector<std::string>;
    const auto head = testing::open<Head>(arguments[1], "plugin-name", "smoothing = 0.5");
    Sentence sentence;
    sentence.words = {"dogs", "bark"};
    sentence.labels = {"NOUN", "VERB"};
    head->learn_labels(std::vector{sentence, sentence});
    testing::check(head->labels() == Texts{"NOUN", "VERB"}, "labels are those of the training set, each once");

    // [CLS] dogs ba ##rk [SEP]
    Example example;
    example.tokens = {1, 5, 6, 7, 2};
    example.words = {-1, 0, 1, 1, -1};
    example.speakers = {{0, 1}, {1, 2}};
    head->align(sentence, example);
    constexpr auto kNone = kIgnoredLabel;
    testing::check(example.targets == std::vector<std::int32_t>{kNone, 0, 1, kNone, kNone},
                   "a word's label stands at its first token");

    HeadShape shape;
    shape.hidden_size = 8;
    shape.stage = 3;
    head->initialise(shape);
    const auto hidden = at::ones({5, 8});
    const auto logits = head->logits(hidden, {}, {});
    testing::check(logits.sizes() == at::IntArrayRef({5, 2}), "a row of logits for each token");

    // The row (2, 0) with target 0: -log p is log(1 + e^-2) for the right label, and 2 more for the other.
    const auto loss = head->loss(at::tensor({2.F, 0.F, 9.F, 9.F}).view({2, 2}), at::tensor({0, kNone}, at::kLong), 1);
    const double right = std::log1p(std::exp(-2.));
    testing::check(loss.labelled == 1, "tokens without a label have no say");
    testing::check(std::abs(loss.mean.item<double>() - (.5 * right + .5 * (right + right + 2) / 2)) < 1e-6,
                   "half of the loss is the right label's, all labels share the other half");

    const auto scores = at::tensor({0.F, 9.F, 1.F, 0.F, 0.F, 1.F, 9.F, 0.F, 9.F, 0.F}).view({5, 2});
    testing::check(head->decode(scores, example) == Texts{"NOUN", "VERB"}, "a word's label is read at its first token");

    // A head that takes over the tensors gives the same logits.
    const auto again = testing::open<Head>(arguments[1], "plugin-name");
    again->set_labels(head->labels());
    again->load(shape, head->parameters());
    testing::check(at::equal(again->logits(hidden, {}, {}), logits), "saved tensors are taken over");
    shape.hidden_size = 9;
    testing::check(testing::refusal([&] { again->load(shape, head->parameters()); }) ==
                       "the checkpoint lacks these tensors, or their shapes differ: classifier.weight",
                   "tensors of another shape are refused");
  });
}

#include <ATen/ATen.h>
#include <fthost/columns.h>
#include <fthost/error.h>

#include <istream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>
#include <sstream>

#include "core/data/examples.h"
#include "core/data/order.h"
#include "core/engine/batches.h"
#include "core/engine/commands.h"
#include "core/engine/device.h"
#include "core/engine/saved_model.h"

namespace fthost {
namespace {

/// A saved model, ready to label sentences.
class Predictor {
 public:
  Predictor(const PredictRequest& what, PluginRegistry& plugins)
      : device_(choose_device(what.device)), batch_size_(static_cast<std::size_t>(what.batch_size)) {
    use_threads(what.threads);
    const SavedUse use = read_saved_use(what.model, plugins);
    const auto* model = plugins.find(Kind::model, use.model_plugin);
    const auto* head = plugins.find(Kind::head, use.head_plugin);
    if (model == nullptr)
      throw InputError(
          Message{.place = {what.model.string(), 0, 0}, .text = "no plugin provides model '" + use.model_plugin + "'"});
    model_ = plugins.create<Model>(*model, Options({{"path", std::filesystem::absolute(what.model).string()}}));
    head_ = plugins.create<Head>(*head, use.head_options);
    if (model_->saved_labels().empty())
      throw InputError(Message{.place = {(what.model / "config.json").string(), 0, 0},
                               .text = "it names no labels (id2label)",
                               .notes = {"`fthost predict` wants a model that was fine-tuned"}});
    head_->set_labels(model_->saved_labels());
    model_->load(device_);
    std::vector<Parameter> saved;
    for (auto& [name, value] : model_->head_tensors()) saved.push_back({name, value, false, 1});
    stages_ = static_cast<int>(model_->topology().stages.size());
    head_->load({model_->topology().hidden_size, stages_, 0, device_}, saved);
    rules_ = {use.max_length, LongSentences::window, head_->special_tokens()};
  }

  /// Fills the labels of each sentence.
  void label(std::vector<Sentence>& sentences) {
    const at::NoGradGuard no_autograd;
    const auto examples = make_examples(sentences, model_->tokenizer(), rules_).list;
    for (auto& sentence : sentences) sentence.labels.assign(sentence.words.size(), head_->labels().front());
    std::vector<std::size_t> order(examples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const auto& indices : cut_batches(order, batch_size_)) {
      const Batch batch = pack(examples, indices, device_);
      const auto hidden = model_->forward({0, stages_}, batch.tokens, batch.packing, {});
      const auto logits = head_->logits(hidden, batch.packing, {}).to(at::kCPU).contiguous();
      for (std::size_t i = 0; i < batch.examples.size(); ++i)
        place(*batch.examples[i], logits.slice(0, batch.packing.starts[i], batch.packing.starts[i + 1]), sentences);
    }
  }

 private:
  void place(const Example& example, const at::Tensor& logits, std::vector<Sentence>& sentences) const {
    auto labels = head_->decode(logits, example);
    auto& sentence = sentences[static_cast<std::size_t>(example.sentence)];
    for (std::size_t k = 0; k < example.speakers.size(); ++k)
      sentence.labels[static_cast<std::size_t>(example.speakers[k].word)] = std::move(labels[k]);
  }

  at::Device device_;
  std::size_t batch_size_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<Head> head_;
  int stages_ = 0;
  ExampleRules rules_;
};

void write(const Sentence& sentence, const PredictRequest& what) {
  auto& out = *what.out;
  if (what.json_out) {
    nlohmann::ordered_json line;
    line["words"] = sentence.words;
    line["labels"] = sentence.labels;
    out << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    return;
  }
  for (std::size_t i = 0; i < sentence.words.size(); ++i)
    out << sentence.words[i] << '\t' << sentence.labels[i] << '\n';
  out << '\n';
}

/// Sentences one a line, words apart by blanks; empty lines are skipped.
void read_lines(std::istream& in, const std::string& name, const std::function<void(Sentence&&)>& take) {
  std::string line;
  for (std::uint32_t number = 1; std::getline(in, line); ++number) {
    std::istringstream words(line);
    Sentence sentence;
    sentence.file = name;
    for (std::string word; words >> word;) {
      sentence.words.push_back(std::move(word));
      sentence.lines.push_back(number);
    }
    if (!sentence.words.empty()) take(std::move(sentence));
  }
}

}  // namespace

void predict_sentences(const PredictRequest& what, const EngineRequest& request) {
  Predictor predictor(what, *request.plugins);
  std::vector<Sentence> waiting;
  const auto flush = [&] {
    predictor.label(waiting);
    for (const auto& sentence : waiting) write(sentence, what);
    waiting.clear();
    what.out->flush();
    if (!*what.out) throw Error("cannot write the predictions: the output is closed or full");
  };
  const auto take = [&](Sentence&& sentence) {
    waiting.push_back(std::move(sentence));
    // Enough for full batches, few enough that a long input streams.
    if (waiting.size() >= static_cast<std::size_t>(what.batch_size) * 16) flush();
  };
  if (what.columns_in)
    read_columns(*what.in, what.input_name, {.label_column = std::nullopt}, take);
  else
    read_lines(*what.in, what.input_name, take);
  if (!waiting.empty()) flush();
}

}  // namespace fthost

#include <ATen/ATen.h>
#include <fthost/error.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <ostream>

#include "core/data/examples.h"
#include "core/data/order.h"
#include "core/engine/batches.h"
#include "core/engine/commands.h"
#include "core/engine/device.h"
#include "core/engine/hidden_rows.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/predictions.h"
#include "core/engine/promises.h"
#include "core/engine/saved_model.h"
#include "core/engine/sentence_counter.h"
#include "core/engine/unseen_label.h"

namespace fthost {
namespace {

/// The component of that name. `folder`: the saved model that asks for it.
const FoundComponent& required(const PluginRegistry& plugins, Kind kind, const std::string& name,
                               const std::filesystem::path& folder) {
  if (const auto* found = plugins.find(kind, name)) return *found;
  throw InputError(folder, "no plugin provides " + title(kind, name),
                   {"`fthost plugins` lists what was found and where"});
}

/// Tokens of an example: what the model was trained with, and in a folder of another origin what it takes.
int max_length_of(const SavedUse& use, std::int64_t most, const std::filesystem::path& folder) {
  constexpr std::int64_t kUsual = 128;
  if (use.max_length.value_or(1) > most)
    throw InputError(folder / "fthost.json", "max_length is " + std::to_string(*use.max_length) +
                                                 ", but the model takes " + std::to_string(most) + " tokens at most");
  return static_cast<int>(use.max_length.value_or(std::min(kUsual, most)));
}

/// A saved model, ready to label sentences. Calls the two plugins; what they throw is reported with their name.
class Predictor {
 public:
  Predictor(const PredictRequest& what, PluginRegistry& plugins)
      : device_(choose_device(what.device)),
        batch_size_(static_cast<std::size_t>(what.batch_size)),
        use_(read_saved_use(what.model, plugins)),
        model_plugin_(required(plugins, Kind::model, use_.model_plugin, what.model)),
        head_plugin_(required(plugins, Kind::head, use_.head_plugin, what.model)) {
    use_threads(what.threads);
    model_ = call_plugin(model_plugin_, "reading the model's configuration",
                         [&] { return plugins.create<Model>(model_plugin_, use_.model_options); });
    head_ = call_plugin(head_plugin_, "being created",
                        [&] { return plugins.create<Head>(head_plugin_, use_.head_options); });
    rules_ = {max_length_of(use_, model_->max_tokens(), what.model), LongSentences::window, head_->special_tokens()};
    load(what.model);
  }

  /// Fills labels and scores.
  void label(std::vector<Prediction>& predictions) {
    const at::NoGradGuard no_autograd;
    std::vector<Sentence> sentences;
    for (auto& prediction : predictions) {
      const auto words = prediction.words.size();
      prediction.sentence.labels.assign(words, unseen_label(head_->labels()));
      prediction.scores.assign(words, 0);
      sentences.push_back(prediction.sentence);
    }
    const auto examples = make_examples(sentences, model_->tokenizer(), rules_).list;
    std::vector<std::size_t> order(examples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const auto& indices : cut_batches(order, batch_size_)) {
      const Batch batch = pack(examples, indices, device_);
      const auto logits = logits_of(batch);
      for (std::size_t i = 0; i < batch.examples.size(); ++i)
        place(*batch.examples[i], logits.slice(0, batch.packing.starts[i], batch.packing.starts[i + 1]), predictions);
    }
  }

 private:
  void load(const std::filesystem::path& folder) {
    const auto labels = model_->saved_labels();
    if (labels.empty())
      throw InputError(folder / "config.json", "it names no labels (id2label)",
                       {"`fthost predict` wants a model that was fine-tuned"});
    const auto topology = model_->topology();
    require_topology(topology);
    stages_ = static_cast<int>(topology.stages.size());
    call_plugin(head_plugin_, "being told of the stages",
                [&] { hidden_ = hidden_rows(*head_, stages_, topology.hidden_size); });
    call_plugin(head_plugin_, "taking over the labels", [&] { head_->set_labels(labels); });
    call_plugin(model_plugin_, "reading the weights", [&] { model_->load(device_); });
    std::vector<Parameter> saved;
    for (auto& [name, value] : model_->head_tensors()) saved.push_back({name, value, false, 1});
    call_plugin(head_plugin_, "taking over its tensors", [&] {
      head_->load({topology.hidden_size, stages_, 0, device_}, saved);
    });
  }

  at::Tensor logits_of(const Batch& batch) {
    const auto rows = batch.packing.rows();
    const auto hidden = call_plugin(model_plugin_, "computing its stages", [&] {
      return run_stages(*model_, hidden_, {0, stages_}, batch.tokens, batch.packing, {});
    });
    return call_plugin(head_plugin_, "computing logits", [&] {
      const auto given = head_->logits(hidden, batch.packing, {});
      require_matrix(given, "logits", rows, static_cast<std::int64_t>(head_->labels().size()));
      return given.to(at::kCPU).contiguous();
    });
  }

  void place(const Example& example, const at::Tensor& logits, std::vector<Prediction>& predictions) const {
    auto labels = call_plugin(head_plugin_, "decoding labels", [&] {
      auto given = head_->decode(logits, example);
      require_label_each(given, example);
      return given;
    });
    const auto probabilities = logits.to(at::kDouble).softmax(1);
    const auto shares = probabilities.accessor<double, 2>();
    auto& prediction = predictions[static_cast<std::size_t>(example.sentence)];
    for (std::size_t k = 0; k < example.speakers.size(); ++k) {
      const auto word = static_cast<std::size_t>(example.speakers[k].word);
      const auto& known = head_->labels();
      const auto id = std::find(known.begin(), known.end(), labels[k]) - known.begin();
      prediction.scores[word] = id < shares.size(1) ? shares[example.speakers[k].token][id] : 0;
      prediction.sentence.labels[word] = std::move(labels[k]);
    }
  }

  at::Device device_;
  std::size_t batch_size_;
  SavedUse use_;
  const FoundComponent& model_plugin_;
  const FoundComponent& head_plugin_;
  std::shared_ptr<Model> model_;
  std::shared_ptr<Head> head_;
  int stages_ = 0;
  HiddenRows hidden_;
  ExampleRules rules_;
};

}  // namespace

void predict_sentences(const PredictRequest& what, const EngineRequest& request) {
  using Clock = std::chrono::steady_clock;
  Predictor predictor(what, *request.plugins);
  SentenceCounter counter(what.progress, request.console, Clock::now());
  std::vector<Prediction> waiting;
  std::int64_t done = 0;
  const auto flush = [&] {
    predictor.label(waiting);
    counter.clear();
    for (const auto& prediction : waiting)
      what.json_out ? write_json(*what.out, prediction) : write_columns(*what.out, prediction);
    done += static_cast<std::int64_t>(waiting.size());
    waiting.clear();
    what.out->flush();
    if (!*what.out) throw Error("cannot write the predictions: the output is closed or full");
    counter.advance(done, Clock::now());
  };
  const auto take = [&](Prediction&& prediction) {
    waiting.push_back(std::move(prediction));
    // Enough for full batches, few enough that a long input streams.
    if (waiting.size() >= static_cast<std::size_t>(what.batch_size) * 4) flush();
  };
  (what.columns_in ? read_words : read_text)(*what.in, what.input_name, take);
  if (!waiting.empty()) flush();
  counter.clear();
}

}  // namespace fthost

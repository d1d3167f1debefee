/// Model `bert`: a BERT encoder from a Hugging Face folder.

#include <ATen/ATen.h>

#include <fthost/model.h>
#include <fthost/plugin.h>

#include <optional>

#include "config.h"
#include "encoder.h"
#include "saved_model.h"
#include "weights.h"

namespace fthost::bert {
namespace {

namespace fs = std::filesystem;

class Bert final : public Model {
 public:
  explicit Bert(const Options& options)
      : folder_(existing_folder(options.path("path"))),
        config_(read_config(folder_ / "config.json")),
        topology_(make_topology(config_)),
        tokenizer_(load_wordpiece(folder_)),
        tokenizer_files_(read_tokenizer_files(folder_)) {
    const auto tokens = tokenizer_->vocabulary_size();
    if (tokens <= static_cast<std::size_t>(config_.vocabulary)) return;
    throw InputError(folder_, "the tokenizer knows " + std::to_string(tokens) +
                                  " tokens, but 'vocab_size' in config.json is " + std::to_string(config_.vocabulary));
  }

  Topology topology() const override { return topology_; }
  std::string arithmetic() const override { return describe_arithmetic(config_); }
  const Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::int64_t max_tokens() const override { return config_.positions; }

  void load(at::Device device) override {
    weights_ = load_weights(folder_, topology_, device);
    encoder_.emplace(config_, weights_.encoder);
  }

  std::vector<Parameter> parameters() override { return weights_.encoder; }
  std::vector<std::pair<std::string, at::Tensor>> head_tensors() override { return weights_.head; }
  std::vector<std::string> saved_labels() const override { return config_.labels; }

  at::Tensor forward(StageRange range, const at::Tensor& input, const Packing& packing,
                     const Context& context) override {
    // Rows go through the stages in the number type of products. Widened at the end and narrowed at the next beginning,
    // they keep their bits.
    auto x = range.from == 0 || range.from == range.to ? input : input.to(context.compute);
    for (int stage = range.from; stage < range.to; ++stage)
      x = stage == 0 ? encoder_->embed(x, packing, context)
                     : encoder_->run_layer(static_cast<std::size_t>(stage) - 1, x, packing, context);
    return range.from == range.to ? x : x.to(at::kFloat);
  }

  void save(Files& files, const fs::path& folder, const SavedHead& head) override {
    save_model(files, folder, config_, weights_.encoder, head, tokenizer_files_);
  }

 private:
  static fs::path existing_folder(fs::path folder) {
    if (!fs::exists(folder)) throw OptionError("path", "there is no folder " + folder.string());
    if (!fs::is_directory(folder)) throw OptionError("path", folder.string() + " is not a folder");
    return folder;
  }

  fs::path folder_;
  Config config_;
  Topology topology_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::map<std::string, std::string> tokenizer_files_;
  Weights weights_;
  std::optional<Encoder> encoder_;
};

}  // namespace
}  // namespace fthost::bert

FTHOST_PLUGIN(fthost::component<fthost::bert::Bert>("bert", "A BERT encoder from a Hugging Face model folder.")
                  .handles("bert")
                  .option("path", fthost::path().required(),
                          "the model folder: config.json, model.safetensors, tokenizer files"))

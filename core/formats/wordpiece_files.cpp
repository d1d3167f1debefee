// load_wordpiece: from the files of a model folder to the parts of a WordPiece tokenizer.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fthost/error.h>
#include <fthost/json.h>
#include <nlohmann/json.hpp>

#include "core/formats/json_object.h"
#include "core/formats/vocabulary.h"
#include "core/formats/wordpiece.h"

namespace fthost {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kLongestWord = 1'000'000;
constexpr const char* kWhyRefused = "fthost gives the ids of Hugging Face's BERT tokenizer; here they would differ";

/// Whose vocab.txt is used as BERT uses it; others with such a file (BERTweet, ESM, Japanese BERT) cut differently.
constexpr std::array<std::string_view, 8> kBertLike = {"Bert",     "DistilBert", "Electra",     "MobileBert",
                                                       "ConvBert", "LayoutLM",   "SqueezeBert", "Lxmert"};

/// The value is there and isn't the one that this tokenizer knows.
void require_type(const JsonObject& object, const std::string& expected) {
  if (object.text("type") != expected) object.wrong("type", "\"" + expected + "\"", {kWhyRefused});
}

// --- names of the special tokens --------------------------------------------------------------------------------

/// tokenizer_config.json, and special_tokens_map.json where older folders keep the names; both may be missing.
class Names {
 public:
  explicit Names(const fs::path& folder) {
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
      if (fs::exists(folder / name)) files_.emplace_back((folder / name).string(), read_json(folder / name));
    }
  }

  /// `key`: "cls_token". A name is a string, or an object with a string `content`.
  std::string name(const std::string& key, const std::string& otherwise) const {
    for (const auto& [file, document] : files_) {
      const JsonObject all(document, file, "");
      const auto* value = all.find(key);
      if (value != nullptr) return value->is_object() ? all.object(key).text("content") : all.text(key);
    }
    return otherwise;
  }

 private:
  std::vector<std::pair<std::string, json>> files_;
};

// --- tokenizer.json ---------------------------------------------------------------------------------------------

/// No normalizer at all changes nothing.
bert_text::Settings normalizer_of(const JsonObject& all) {
  if (all.find("normalizer") == nullptr) return {false, false, false, false};
  const auto normalizer = all.object("normalizer");
  require_type(normalizer, "BertNormalizer");
  bert_text::Settings settings;
  settings.clean_text = normalizer.boolean("clean_text");
  settings.handle_chinese_chars = normalizer.boolean("handle_chinese_chars");
  settings.lowercase = normalizer.boolean("lowercase");
  settings.strip_accents = normalizer.boolean("strip_accents", settings.lowercase);
  return settings;
}

/// Files of 2020 name no type; then it is WordPiece when it has the options that only WordPiece has.
JsonObject model_of(const JsonObject& all) {
  auto model = all.object("model");
  const bool nameless = model.find("type") == nullptr && model.find("continuing_subword_prefix") != nullptr &&
                        model.find("max_input_chars_per_word") != nullptr;
  if (!nameless) require_type(model, "WordPiece");
  return model;
}

/// The names of what stands before and behind a sentence.
struct Frame {
  std::string first, last;
};

/// From "single" of a TemplateProcessing: a special token, the sentence, a special token.
Frame frame_of_template(const JsonObject& processor) {
  const auto* single = processor.find("single");
  const bool three = single != nullptr && single->is_array() && single->size() == 3;
  const auto special = [&](std::size_t i) {
    const auto& part = (*single)[i];
    const json::json_pointer id("/SpecialToken/id");
    return part.is_object() && part.contains(id) && part[id].is_string() ? part[id].get<std::string>() : std::string();
  };
  if (!three || special(0).empty() || !(*single)[1].is_object() || !(*single)[1].contains("Sequence") ||
      special(2).empty()) {
    processor.wrong("single", "a special token, the sequence, a special token", {kWhyRefused});
  }
  return {special(0), special(2)};
}

/// From "cls" and "sep" of a BertProcessing: each an array of name and id.
Frame frame_of_bert(const JsonObject& processor) {
  const auto name = [&](const std::string& key) {
    const auto* pair = processor.find(key);
    if (pair == nullptr || !pair->is_array() || pair->empty() || !pair->front().is_string()) {
      processor.wrong(key, "an array of a token and its id");
    }
    return pair->front().get<std::string>();
  };
  return {name("cls"), name("sep")};
}

std::optional<Frame> frame_of(const JsonObject& all) {
  if (all.find("post_processor") == nullptr) return std::nullopt;
  const auto processor = all.object("post_processor");
  const auto type = processor.text("type");
  if (type == "TemplateProcessing") return frame_of_template(processor);
  if (type == "BertProcessing") return frame_of_bert(processor);
  processor.wrong("type", "\"TemplateProcessing\" or \"BertProcessing\"", {kWhyRefused});
}

void add_added_tokens(const JsonObject& all, Vocabulary& vocabulary) {
  const auto* tokens = all.find("added_tokens");
  if (tokens == nullptr) return;
  if (!tokens->is_array()) all.wrong("added_tokens", "an array");
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    const JsonObject entry((*tokens)[i], all.file(), "added_tokens[" + std::to_string(i) + "]");
    vocabulary.add_added(entry, entry.number("id", Vocabulary::kMostTokens - 1));
  }
}

/// What both ways have in common once the vocabulary is complete.
void finish(WordPieceParts& parts, Vocabulary& vocabulary, const Names& names, const std::optional<Frame>& frame) {
  const auto frame_or = [&](const std::string Frame::*part, const char* key, const char* otherwise) {
    return frame ? (*frame).*part : names.name(key, otherwise);
  };
  parts.cls = vocabulary.require(frame_or(&Frame::first, "cls_token", "[CLS]"), "the token that opens a sentence,");
  parts.sep = vocabulary.require(frame_or(&Frame::last, "sep_token", "[SEP]"), "the token that closes a sentence,");
  parts.pad = vocabulary.require(names.name("pad_token", "[PAD]"), "the padding token");
  parts.pieces = vocabulary.own_ids();
  parts.tokens = vocabulary.take_tokens();
  parts.added = vocabulary.take_added();
}

WordPieceParts parts_of_tokenizer_json(const fs::path& folder, const fs::path& file) {
  const auto document = read_json(file);
  const JsonObject all(document, file.string(), "");
  WordPieceParts parts;
  parts.normalizer = normalizer_of(all);
  require_type(all.object("pre_tokenizer"), "BertPreTokenizer");
  const auto model = model_of(all);
  parts.continuing_prefix = model.text("continuing_subword_prefix", "##");
  parts.max_word_characters = model.number("max_input_chars_per_word", kLongestWord);
  auto vocabulary = vocabulary_of(model);
  parts.unk = vocabulary.require(model.text("unk_token"), "the unknown token");
  add_added_tokens(all, vocabulary);
  finish(parts, vocabulary, Names(folder), frame_of(all));
  return parts;
}

// --- vocab.txt --------------------------------------------------------------------------------------------------

void require_bert_like(const JsonObject& settings) {
  std::string_view name;
  const auto given = settings.text("tokenizer_class", "BertTokenizer");
  name = given;
  if (name.ends_with("Fast")) name.remove_suffix(4);
  if (name.ends_with("Tokenizer")) name.remove_suffix(9);
  if (std::find(kBertLike.begin(), kBertLike.end(), name) == kBertLike.end()) {
    settings.wrong("tokenizer_class", "\"BertTokenizer\" or one that cuts words as it does", {kWhyRefused});
  }
  if (!settings.boolean("do_basic_tokenize", true)) settings.wrong("do_basic_tokenize", "true", {kWhyRefused});
}

/// "added_tokens_decoder": an object whose keys are ids.
void add_decoder_tokens(const JsonObject& settings, Vocabulary& vocabulary) {
  if (settings.find("added_tokens_decoder") == nullptr) return;
  const auto tokens = settings.object("added_tokens_decoder");
  std::vector<std::size_t> ids;
  for (const auto& [key, value] : tokens.all().items()) {
    const bool number = !key.empty() && key.size() <= 7 && key.find_first_not_of("0123456789") == std::string::npos;
    if (!number)
      throw InputError(settings.file(), "expected the keys of added_tokens_decoder to be ids, found '" + key + "'");
    ids.push_back(std::stoul(key));
  }
  std::sort(ids.begin(), ids.end());
  for (const auto id : ids) vocabulary.add_added(tokens.object(std::to_string(id)), id);
}

WordPieceParts parts_of_vocab_txt(const fs::path& folder, const fs::path& file) {
  const auto settings_file = folder / "tokenizer_config.json";
  const json document = fs::exists(settings_file) ? read_json(settings_file) : json::object();
  const JsonObject settings(document, settings_file.string(), "");
  require_bert_like(settings);
  WordPieceParts parts;
  parts.normalizer.lowercase = settings.boolean("do_lower_case", true);
  parts.normalizer.strip_accents = settings.boolean("strip_accents", parts.normalizer.lowercase);
  parts.normalizer.handle_chinese_chars = settings.boolean("tokenize_chinese_chars", true);
  auto vocabulary = read_vocabulary(file.string());
  add_decoder_tokens(settings, vocabulary);
  const Names names(folder);
  const auto unknown = names.name("unk_token", "[UNK]");
  parts.unk = vocabulary.require(unknown, "the unknown token");
  for (const auto& [key, otherwise] :
       {std::pair("unk_token", "[UNK]"), std::pair("sep_token", "[SEP]"), std::pair("pad_token", "[PAD]"),
        std::pair("cls_token", "[CLS]"), std::pair("mask_token", "[MASK]")}) {
    vocabulary.add_special(names.name(key, otherwise));
  }
  finish(parts, vocabulary, names, std::nullopt);
  return parts;
}

/// A normalized added token whose normal form is nothing would be found everywhere.
void check_normal_forms(const WordPieceParts& parts, const fs::path& file) {
  for (const auto& token : parts.added) {
    bert_text::Normalized normal;
    bert_text::normalize(token.content, parts.normalizer, 0, normal);
    if (token.normalized && normal.text.empty()) {
      throw InputError(file, "the added token '" + token.content + "' is normalized, and nothing is left of it");
    }
  }
}

}  // namespace

std::unique_ptr<Tokenizer> load_wordpiece(const fs::path& model_folder) {
  const auto whole = model_folder / "tokenizer.json";
  const auto words = model_folder / "vocab.txt";
  const bool has_whole = fs::exists(whole);
  if (!has_whole && !fs::exists(words)) {
    throw InputError(model_folder, "expected a tokenizer.json or a vocab.txt in this folder, found neither");
  }
  auto parts = has_whole ? parts_of_tokenizer_json(model_folder, whole) : parts_of_vocab_txt(model_folder, words);
  check_normal_forms(parts, has_whole ? whole : words);
  return std::make_unique<WordPiece>(std::move(parts));
}

}  // namespace fthost

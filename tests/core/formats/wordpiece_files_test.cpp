#include <fthost/tokenizer.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/formats/complaint.h"
#include "tests/temporary_folder.h"

using nlohmann::json;
namespace {

/// A model folder that goes away with the test.
class ModelFolder {
 public:
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
  std::unique_ptr<fthost::Tokenizer> load() const { return fthost::load_wordpiece(folder_.path()); }

  /// What loading complains about, with "DIR" for the folder.
  std::string error() const {
    auto text = complaint([&] { load(); });
    const auto path = folder_.path().string();
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path, at))
      text.replace(at, path.size(), "DIR");
    return text;
  }

 private:
  fthost::TemporaryFolder folder_;
};

const json& good() {
  static const json document = json::parse(R"({
    "version": "1.0",
    "added_tokens": [{"id": 4, "content": "[MASK]", "special": true, "lstrip": true}, {"id": 6, "content": "<e>"}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                   "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 2], "sep": ["[SEP]", 3]},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100,
              "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5}}})");
  return document;
}

struct Row {
  std::string_view patch;  // merged into good(), as RFC 7386 says
  std::string_view error;
};

const std::string kWhy = "\n  fthost gives the ids of Hugging Face's BERT tokenizer; here they would differ\n";

void check_errors(const std::vector<Row>& rows, const std::string& note) {
  const ModelFolder folder;
  for (const auto& [patch, error] : rows) {
    auto document = good();
    document.merge_patch(json::parse(patch));
    folder.write("tokenizer.json", document.dump());
    CHECK(folder.error() == "DIR/tokenizer.json: error: " + std::string(error) + note);
  }
}

}  // namespace

TEST_CASE("wordpiece files refuse by name what would give other ids", "[unit]") {
  check_errors(
      {
          {R"({"model": {"type": "BPE"}})", R"(expected model.type to be "WordPiece", found "BPE")"},
          {R"({"normalizer": {"type": "NFC"}})", R"(expected normalizer.type to be "BertNormalizer", found "NFC")"},
          {R"({"normalizer": {"type": "Sequence"}})",
           R"(expected normalizer.type to be "BertNormalizer", found "Sequence")"},
          {R"({"pre_tokenizer": {"type": "Whitespace"}})",
           R"(expected pre_tokenizer.type to be "BertPreTokenizer", found "Whitespace")"},
          {R"({"post_processor": {"type": "RobertaProcessing"}})",
           R"(expected post_processor.type to be "TemplateProcessing" or "BertProcessing", found "RobertaProcessing")"},
          {R"({"post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}]}})",
           "expected post_processor.single to be a special token, the sequence, a special token, found an array"},
      },
      kWhy);
}

TEST_CASE("wordpiece files say what is wrong in tokenizer.json", "[unit]") {
  check_errors(
      {
          {R"({"model": null})", "expected model to be an object, found nothing"},
          {R"({"model": {"vocab": ["a"]}})", "expected model.vocab to be an object, found an array"},
          {R"({"model": {"vocab": {"a": -5}}})",
           "expected model.vocab.a to be a whole number from 0 to 999999, found -5"},
          {R"({"model": {"vocab": {"a": 4000000000}}})",
           "expected model.vocab.a to be a whole number from 0 to 999999, found 4000000000"},
          {R"({"model": {"vocab": {"a": 4}}})", "the tokens '[MASK]' and 'a' have the same id 4"},
          {R"({"model": {"unk_token": "<unk>"}})", "the unknown token '<unk>' is not in the vocabulary"},
          {R"({"model": {"max_input_chars_per_word": "many"}})",
           R"(expected model.max_input_chars_per_word to be a whole number from 0 to 1000000, found "many")"},
          {R"({"normalizer": {"lowercase": null}})",
           "expected normalizer.lowercase to be true or false, found nothing"},
          {R"({"pre_tokenizer": null})", "expected pre_tokenizer to be an object, found nothing"},
          {R"({"post_processor": {"cls": ["<s>", 0]}})",
           "the token that opens a sentence, '<s>' is not in the vocabulary"},
          {R"({"added_tokens": {}})", "expected added_tokens to be an array, found an object"},
          {R"({"added_tokens": [7]})", "expected added_tokens[0] to be an object, found 7"},
          {R"({"added_tokens": [{"id": 6, "content": ""}]})", "an added token is empty"},
          {R"({"added_tokens": [{"id": 5, "content": "a"}, {"id": 5, "content": "a"}]})",
           "the added token 'a' stands twice"},
          {R"({"added_tokens": [{"id": 6, "content": "\u0301"}]})",
           "the added token '\u0301' is normalized, and nothing is left of it"},
          {R"({"added_tokens": [{"id": 9, "content": "<e>"}], "model": {"vocab": {"a": 8}}})",
           "the added token '<e>' has no certain id, since the vocabulary leaves out ids or has a token twice"},
      },
      "\n");
  check_errors(
      {
          {R"({"added_tokens": [{"id": 4, "content": "a"}]})", "the added token 'a' has the id 4, expected 5"},
          {R"({"added_tokens": [{"id": 8, "content": "<e>"}]})", "the added token '<e>' has the id 8, expected 6"},
      },
      "\n  a token of the vocabulary keeps its id, another one gets the next free id\n");
}

TEST_CASE("wordpiece files read tokenizer.json before vocab.txt", "[unit]") {
  const ModelFolder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nx\n");
  CHECK(folder.load()->vocabulary_size() == 5);
  folder.write("tokenizer.json", good().dump());
  const auto tokenizer = folder.load();
  CHECK(tokenizer->vocabulary_size() == 7);
  CHECK(tokenizer->token(6) == "<e>");
  std::vector<fthost::Piece> pieces;
  tokenizer->encode_word("A [MASK]<e>", pieces);
  CHECK(pieces == std::vector<fthost::Piece>{{5, 0, 1}, {4, 1, 8}, {6, 8, 11}});
}

TEST_CASE("wordpiece files read the nameless models of 2020 and no normalizer", "[unit]") {
  const ModelFolder folder;
  auto document = good();
  document.merge_patch(json::parse(R"({"model": {"type": null}, "normalizer": null, "post_processor": null})"));
  folder.write("tokenizer.json", document.dump());
  const auto tokenizer = folder.load();
  CHECK(tokenizer->cls_id() == 2);
  std::vector<fthost::Piece> pieces;
  tokenizer->encode_word("A", pieces);
  CHECK(pieces == std::vector<fthost::Piece>{{tokenizer->unk_id(), 0, 1}});
}

TEST_CASE("wordpiece files take the settings that stand beside vocab.txt", "[unit]") {
  const ModelFolder folder;
  folder.write("vocab.txt", "<pad>\r\n[UNK]\r\n<s>\r\n</s>\r\n\u00C9\r\n<e>");
  folder.write("tokenizer_config.json",
               R"({"do_lower_case": false, "cls_token": "<s>", "sep_token": {"content": "</s>"},
                   "added_tokens_decoder": {"5": {"content": "<e>", "special": true}}})");
  folder.write("special_tokens_map.json", R"({"pad_token": "<pad>", "cls_token": "never read"})");
  const auto tokenizer = folder.load();
  CHECK(tokenizer->pad_id() == 0);
  CHECK(tokenizer->cls_id() == 2);
  CHECK(tokenizer->sep_id() == 3);
  std::vector<fthost::Piece> pieces;
  tokenizer->encode_word("\u00C9<e>", pieces);
  CHECK(pieces == std::vector<fthost::Piece>{{4, 0, 1}, {5, 1, 4}});
}

TEST_CASE("wordpiece files say what is wrong beside vocab.txt", "[unit]") {
  const ModelFolder folder;
  CHECK(folder.error() == "DIR: error: expected a tokenizer.json or a vocab.txt in this folder, found neither\n");
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n");
  CHECK(folder.error() == "DIR/vocab.txt: error: the token that closes a sentence, '[SEP]' is not in the vocabulary\n");
  folder.write("vocab.txt", "[PAD]\n[UNK]\n\xFF\n");
  CHECK(folder.error() == "DIR/vocab.txt:3:1: error: expected UTF-8, found the byte 0xFF\n    3 | \uFFFD\n      | ^\n");
  folder.write("vocab.txt", "[PAD]\n" + std::string(2000, 'x') + "\n");
  CHECK(folder.error() == "DIR/vocab.txt: error: token 1 has 2000 bytes, expected at most 1024\n");
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})");
  CHECK(folder.error() ==
        "DIR/tokenizer_config.json: error: expected tokenizer_class to be \"BertTokenizer\" or one that cuts words as "
        "it does, found \"BertJapaneseTokenizer\"" +
            kWhy);
  folder.write("tokenizer_config.json", R"({"do_basic_tokenize": false})");
  CHECK(folder.error() ==
        "DIR/tokenizer_config.json: error: expected do_basic_tokenize to be true, found false" + kWhy);
}

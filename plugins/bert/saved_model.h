#pragma once

/// Writing a Hugging Face folder of a fine-tuned BERT.

#include <fthost/files.h>
#include <fthost/model.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "config.h"

namespace fthost::bert {

/// The tokenizer's files of the folder that there are, by name.
std::map<std::string, std::string> read_tokenizer_files(const std::filesystem::path& folder);

/// Writes config.json, model.safetensors and the tokenizer's files into `folder`: what
/// BertForTokenClassification.save_pretrained would (and like it without a pooler), each synced.
void save_model(Files& files, const std::filesystem::path& folder, const Config& config,
                std::span<const Parameter> encoder, const SavedHead& head,
                const std::map<std::string, std::string>& tokenizer_files);

}  // namespace fthost::bert

#pragma once

/// The figures that the reference experiment published, to be shown beside ours. They are data of the project's
/// own: published.json in this folder, which says where they are from, and is compiled in.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/comparison.h"

namespace fthost::report {

/// Of a tensor, by epoch.
struct PublishedDrift {
  std::vector<double> iterative, base;
};

struct PublishedSetting {
  Setting setting;
  std::map<std::string, std::vector<double>, std::less<>> figures;  ///< By the names of metrics.csv, by epoch.
  std::map<std::string, PublishedDrift, std::less<>> drift;         ///< By the tensor's name.
};

struct Published {
  std::string source;      ///< For people.
  std::string conditions;  ///< The same in few words: model, layers, sentences.
  std::vector<std::string> labels;
  std::vector<PublishedSetting> settings;  ///< In their order.

  /// Null when that setting was not published.
  const PublishedSetting* find(const Setting& setting) const;
};

/// From the text of such a file. Throws InputError.
Published read_published(std::string_view text);

/// What is compiled in.
const Published& published_figures();

/// Do the runs learn the labels of the published experiment? Otherwise there is nothing to compare.
bool compares_with(const Published& published, const std::vector<RunFiles>& runs);

}  // namespace fthost::report

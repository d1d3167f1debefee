#include <fthost/complaints.h>
#include <fthost/scheme.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <utility>

namespace fthost {
namespace {

constexpr std::string_view kAsTheyAre = "scheme = \"none\" in [head] takes the labels as they are";

struct Tag {
  char prefix = 'O';
  std::string_view type;

  bool inside() const { return prefix != 'O'; }
  /// Is this a part of an entity that `next` can be a part of too?
  bool can_hold(const Tag& next) const { return inside() && next.inside() && type == next.type; }
};

std::optional<Tag> parse(std::string_view label) {
  if (label == "O") return Tag();
  if (label.empty() || std::string_view("BIES").find(label[0]) == std::string_view::npos) return std::nullopt;
  if (label.size() == 1) return Tag{label[0], {}};
  if (label.size() == 2 || label[1] != '-') return std::nullopt;
  return Tag{label[0], label.substr(2)};
}

std::string shown(char prefix, const Tag& tag) {
  return std::string(1, prefix) + (tag.type.empty() ? "" : "-" + std::string(tag.type));
}

std::string behind(const Tag& before) {
  return before.inside() ? "behind " + shown(before.prefix, before) : "behind O or at the start";
}

/// What is wrong with `tag` behind `before`; empty: nothing.
std::string fault_iob1(const Tag& before, const Tag& tag) {
  if (tag.prefix == 'E' || tag.prefix == 'S') return "IOB1 has no " + shown(tag.prefix, tag);
  if (tag.prefix != 'B' || before.can_hold(tag)) return {};
  return "expected " + shown('I', tag) + " " + behind(before) + ", found " + shown('B', tag) +
         " (in IOB1, B stands between two entities of one type only)";
}

std::string fault_iob2(const Tag& before, const Tag& tag) {
  if (tag.prefix == 'E' || tag.prefix == 'S') return "IOB2 has no " + shown(tag.prefix, tag);
  if (tag.prefix != 'I' || before.can_hold(tag)) return {};
  return "expected " + shown('B', tag) + " " + behind(before) + ", found " + shown('I', tag) +
         " (in IOB2, an entity begins with B)";
}

std::string fault_bioes(const Tag& before, const Tag& tag) {
  const bool open = before.prefix == 'B' || before.prefix == 'I';
  const bool goes_on = tag.prefix == 'I' || tag.prefix == 'E';
  if (open && !(goes_on && before.type == tag.type))
    return "expected " + shown('I', before) + " or " + shown('E', before) + " behind " + shown(before.prefix, before) +
           ", found " + shown(tag.prefix, tag) + " (in BIOES, an entity ends with E)";
  if (open || !goes_on) return {};
  return "expected " + shown('B', tag) + " or " + shown('S', tag) + " " + behind(before) + ", found " +
         shown(tag.prefix, tag) + " (in BIOES, an entity begins with B or S)";
}

std::string fault(Scheme scheme, const Tag& before, const Tag& tag) {
  switch (scheme) {
    case Scheme::iob1:
      return fault_iob1(before, tag);
    case Scheme::iob2:
      return fault_iob2(before, tag);
    case Scheme::bioes:
      return fault_bioes(before, tag);
    case Scheme::none:
      break;
  }
  return {};
}

using Report = std::function<void(const Sentence&, std::size_t word, std::string text)>;

void find_faults(const Sentence& sentence, Scheme scheme, const Report& report) {
  Tag before;
  for (std::size_t i = 0; i < sentence.labels.size(); ++i) {
    const auto tag = parse(sentence.labels[i]);
    if (!tag) {
      report(sentence, i, "expected a tag such as O, B-TYPE or I-TYPE, found '" + shortened(sentence.labels[i]) + "'");
      before = {};
      continue;
    }
    if (auto text = fault(scheme, before, *tag); !text.empty()) report(sentence, i, std::move(text));
    before = *tag;
  }
  const bool open = before.prefix == 'B' || before.prefix == 'I';
  if (scheme == Scheme::bioes && open)
    report(sentence, sentence.labels.size() - 1,
           "expected " + shown('E', before) + " or " + shown('S', before) + " at the end of the sentence, found " +
               shown(before.prefix, before));
}

std::size_t count_faults(std::span<const Sentence> train, Scheme scheme) {
  std::size_t count = 0;
  for (const auto& sentence : train)
    find_faults(sentence, scheme, [&](const Sentence&, std::size_t, const std::string&) { ++count; });
  return count;
}

/// What the labels look like, each taken alone.
struct Looks {
  bool typed = false;    ///< Some are tags with a type.
  bool foreign = false;  ///< Some are no tags.
  bool ends = false;     ///< Some are tags that BIOES alone has.
};

Looks look_at(std::span<const Sentence> train) {
  Looks looks;
  for (const auto& sentence : train) {
    for (const auto& label : sentence.labels) {
      const auto tag = parse(label);
      looks.foreign = looks.foreign || !tag;
      looks.typed = looks.typed || (tag && !tag->type.empty());
      looks.ends = looks.ends || (tag && (tag->prefix == 'E' || tag->prefix == 'S'));
    }
  }
  return looks;
}

constexpr std::array<std::pair<std::string_view, Scheme>, 4> kNames = {
    {{"none", Scheme::none}, {"iob1", Scheme::iob1}, {"iob2", Scheme::iob2}, {"bioes", Scheme::bioes}}};

std::string_view name_of(Scheme scheme) {
  return std::find_if(kNames.begin(), kNames.end(), [&](const auto& entry) { return entry.second == scheme; })->first;
}

Message no_labels(const Sentence& sentence, std::string_view name) {
  Message message;
  message.place.file = sentence.file;
  message.place.line = sentence.lines.empty() ? 0 : sentence.lines.front();
  message.text = "expected a label for every word of the ";
  message.text.append(name).append(" data, found a sentence without labels");
  if (!sentence.words.empty()) message.notes.push_back("it starts with: " + shortened(sentence.words.front()));
  return message;
}

/// The label of word `i` is not among the listed.
Message unknown_label(const Sentence& sentence, std::size_t i, const std::string& label,
                      const std::vector<std::string>& vocabulary) {
  Message message;
  message.place = {sentence.file, sentence.lines[i]};
  message.text = "the label '" + shortened(label) + "' is not among the head's 'labels'";
  if (const auto near = nearest_name(label, vocabulary); !near.empty())
    message.notes.push_back("did you mean '" + std::string(near) + "'?");
  return message;
}

}  // namespace

std::optional<Scheme> scheme_named(std::string_view name) {
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const auto& entry) { return entry.first == name; });
  if (found == kNames.end()) return std::nullopt;
  return found->second;
}

Scheme detect_scheme(std::span<const Sentence> train) {
  const auto looks = look_at(train);
  if (looks.foreign && !looks.typed) return Scheme::none;
  auto nearest = Scheme::bioes;
  if (!looks.ends)
    nearest = count_faults(train, Scheme::iob2) <= count_faults(train, Scheme::iob1) ? Scheme::iob2 : Scheme::iob1;
  require_scheme(train, nearest);
  return nearest;
}

void require_scheme(std::span<const Sentence> train, Scheme scheme) {
  if (scheme == Scheme::none || train.empty()) return;
  Complaints complaints(train.front().file);
  for (const auto& sentence : train)
    find_faults(sentence, scheme, [&](const Sentence& where, std::size_t word, std::string text) {
      Message message;
      message.place = {where.file, where.lines[word]};
      message.text = std::move(text);
      if (complaints.none()) {
        message.notes.push_back("the tags are taken for " + std::string(name_of(scheme)));
        message.notes.emplace_back(kAsTheyAre);
      }
      complaints.add(std::move(message));
    });
  complaints.throw_if_any();
}

std::vector<std::string> to_iob2(std::span<const std::string> tags) {
  std::vector<std::string> converted(tags.begin(), tags.end());
  Tag before;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto tag = parse(tags[i]).value_or(Tag());
    if (tag.prefix == 'I' && !before.can_hold(tag)) converted[i][0] = 'B';
    before = tag;
  }
  return converted;
}

void require_labels(std::span<const Sentence> set, std::string_view name) {
  if (set.empty()) return;
  Complaints complaints(set.front().file);
  for (const auto& sentence : set)
    if (sentence.labels.empty()) complaints.add(no_labels(sentence, name));
  complaints.throw_if_any();
}

void require_known(std::span<const Sentence> train, Scheme scheme, const std::vector<std::string>& labels) {
  if (train.empty()) return;
  Complaints complaints(train.front().file);
  std::set<std::string> known(labels.begin(), labels.end());
  for (const auto& sentence : train) {
    const auto tags = scheme == Scheme::iob1 ? to_iob2(sentence.labels) : sentence.labels;
    for (std::size_t i = 0; i < tags.size(); ++i)
      if (known.insert(tags[i]).second) complaints.add(unknown_label(sentence, i, tags[i], labels));
  }
  complaints.throw_if_any();
}

Scheme require_trainable(std::span<const Sentence> train, std::optional<Scheme> named,
                         const std::vector<std::string>& labels) {
  require_labels(train);
  if (named) require_scheme(train, *named);
  const auto scheme = named ? *named : detect_scheme(train);
  if (!labels.empty()) require_known(train, scheme, labels);
  return scheme;
}

}  // namespace fthost

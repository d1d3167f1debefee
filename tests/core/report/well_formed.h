#pragma once

/// Is a page well-formed? A small checker of XML's rules for elements, attributes and entities.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fthost::report {

class WellFormed {
 public:
  explicit WellFormed(std::string_view text) : text_(text) { check(); }

  /// What is wrong first; empty: nothing.
  const std::string& problem() const { return problem_; }
  const std::set<std::string>& ids() const { return ids_; }
  /// What "#id" links and aria-labelledby point at.
  const std::set<std::string>& references() const { return references_; }

 private:
  void check() {
    while (problem_.empty() && at_ < text_.size()) {
      if (text_[at_] != '<')
        take_text('<');
      else if (text_.substr(at_).starts_with("<!DOCTYPE html>"))
        at_ += 15;
      else
        take_tag();
    }
    if (problem_.empty() && !open_.empty()) problem_ = "not closed: " + open_.back();
  }

  void fail(const std::string& what) { problem_ = what + " at: " + std::string(text_.substr(at_, 60)); }

  void take_text(char end) {
    for (; at_ < text_.size() && text_[at_] != end; ++at_) {
      if (text_[at_] == '<') return fail("< in an attribute");
      if (text_[at_] != '&') continue;
      const auto rest = text_.substr(at_);
      bool known = false;
      for (const auto* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) known = known || rest.starts_with(entity);
      if (!known) return fail("unknown entity");
    }
  }

  std::string take_name() {
    const auto start = at_;
    while (at_ < text_.size() && (isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-')) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  void take_tag() {
    const bool closes = text_.substr(at_).starts_with("</");
    at_ += closes ? 2 : 1;
    const auto name = take_name();
    if (name.empty()) return fail("no name");
    if (closes) {
      if (open_.empty() || open_.back() != name) return fail("closed in the wrong place: " + name);
      open_.pop_back();
    } else {
      open_.push_back(name);
      take_attributes();
      if (!problem_.empty()) return;
      if (text_[at_] == '/') {
        ++at_;
        open_.pop_back();
      }
    }
    if (at_ >= text_.size() || text_[at_] != '>') return fail("expected >");
    ++at_;
  }

  void take_attributes() {
    std::set<std::string> names;
    while (at_ < text_.size() && text_[at_] == ' ') {
      ++at_;
      const auto name = take_name();
      if (name.empty() || !names.insert(name).second) return fail("no attribute, or twice");
      if (!text_.substr(at_).starts_with("=\"")) return fail("no value in quotes");
      at_ += 2;
      const auto start = at_;
      take_text('"');
      if (!problem_.empty() || at_ >= text_.size()) return;
      keep(name, std::string(text_.substr(start, at_ - start)));
      ++at_;
    }
  }

  void keep(const std::string& name, const std::string& value) {
    if (name == "id" && !ids_.insert(value).second) fail("id twice: " + value);
    if (name == "aria-labelledby") references_.insert(value);
    if (name == "href" && value.starts_with("#")) references_.insert(value.substr(1));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::string problem_;
  std::set<std::string> ids_, references_;
};

}  // namespace fthost::report

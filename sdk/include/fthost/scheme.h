#pragma once

/// How tags mark entities: IOB1, IOB2 and BIOES (also called IOBES), and what a training set must keep to. A service of
/// the host for heads; `fthost check --data` asks it too.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fthost/sentence.h>
#include <fthost/version.h>

namespace fthost {

/// O is outside in all of them; behind the first letter and a '-' stands the entity's type, or nothing of both.
enum class Scheme {
  none,   ///< Tags are labels like any other: nothing is known of entities.
  iob1,   ///< I inside; B only where an entity follows right behind another of its type (CoNLL-2003 as published).
  iob2,   ///< B at an entity's first word, I at the others.
  bioes,  ///< B, I and E at the first, inner and last words; S at an entity of one word.
};

/// The scheme with this name: "none", "iob1", "iob2", "bioes"; nothing for another, such as "auto".
FTHOST_API std::optional<Scheme> scheme_named(std::string_view name);

/// Finds out which scheme the tags of the training set are in. Labels that look nothing like tags (NOUN, VERB) are of
/// the scheme `none`; tags without any entity are IOB2. Throws one InputError, by file and line, when some labels look
/// like tags and others do not, or when the tags break each scheme somewhere: what breaks the one they are nearest to.
FTHOST_API Scheme detect_scheme(std::span<const Sentence> train);

/// Throws one InputError that names, by file and line, the tags that break the scheme; `none` takes everything.
FTHOST_API void require_scheme(std::span<const Sentence> train, Scheme scheme);

/// Tags of IOB1 in IOB2: the same entities, each beginning with B. Tags of IOB2 stay as they are.
FTHOST_API std::vector<std::string> to_iob2(std::span<const std::string> tags);

/// Throws one InputError that names, by file and line, the sentences without labels (the first 20, and how many more).
/// `name`: which data they are of, for the message.
FTHOST_API void require_labels(std::span<const Sentence> set, std::string_view name = "training");

/// Throws one InputError with each label of the training set, those of IOB1 in IOB2, that is not among `labels`, at its
/// first place.
FTHOST_API void require_known(std::span<const Sentence> train, Scheme scheme, const std::vector<std::string>& labels);

/// All that a training set must keep to, and the scheme that it is in: each sentence has labels, their tags follow the
/// scheme (`named`, or the one that is found out), and each is among `labels` when that lists any. Throws what the
/// functions above throw.
FTHOST_API Scheme require_trainable(std::span<const Sentence> train, std::optional<Scheme> named,
                                    const std::vector<std::string>& labels);

}  // namespace fthost

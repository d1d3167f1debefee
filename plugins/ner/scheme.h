#pragma once

/// How tags mark entities: IOB1, IOB2 and BIOES (also called IOBES). No tensors here.

#include <fthost/sentence.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fthost {

/// O is outside in all of them; behind the first letter and a '-' stands the entity's type, or nothing of both.
enum class Scheme {
  none,   ///< Tags are labels like any other: nothing is known of entities.
  iob1,   ///< I inside; B only where an entity follows right behind another of its type (CoNLL-2003 as published).
  iob2,   ///< B at an entity's first word, I at the others.
  bioes,  ///< B, I and E at the first, inner and last words; S at an entity of one word.
};

/// The scheme with this name of the option: "none", "iob1", "iob2", "bioes".
Scheme scheme_named(std::string_view name);

/// Finds out which scheme the tags of the training set are in. Labels that look nothing like tags (NOUN, VERB) are of
/// the scheme `none`; tags without any entity are IOB2. Throws one InputError, by file and line, when some labels look
/// like tags and others do not, or when the tags break each scheme somewhere: what breaks the one they are nearest to.
Scheme detect_scheme(std::span<const Sentence> train);

/// Throws one InputError that names, by file and line, the tags that break the scheme; `none` takes everything.
void require_scheme(std::span<const Sentence> train, Scheme scheme);

/// Tags of IOB1 in IOB2: the same entities, each beginning with B. Tags of IOB2 stay as they are.
std::vector<std::string> to_iob2(std::span<const std::string> tags);

}  // namespace fthost

#pragma once

/// Entity scores as the Perl script of the CoNLL shared tasks counts them (conlleval, version 2004-01-26).

#include <fthost/entities.h>

#include <span>
#include <string>
#include <vector>

namespace fthost {

/// Scores by that script's own rules, which are not those that seqeval takes from it:
/// - A tag's prefix is all before its first '-' and its type all behind; without a '-' the type is empty, and so is the
///   type "0".
/// - It knows the prefixes B, I, E, O, '.', '[' and ']'. S is none of them: S-PER after S-PER goes on with the entity.
///   B after E of the same type neither ends an entity nor begins one.
/// - Of every change of type it makes a new entity, whatever the prefixes but O and '.'.
/// - It keeps no places: an entity is correct when both columns begin it at the same word with the same type, end it at
///   the same word, and never differ in type between. So the totals can differ from those of comparing entities.
/// - Sentences are one stream with an O between them. Gold and predicted must have the same shape: throws Error if not.
EntityScores score_entities_conlleval(std::span<const std::vector<std::string>> gold,
                                      std::span<const std::vector<std::string>> predicted);

}  // namespace fthost

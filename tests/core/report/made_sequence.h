#pragma once

/// A sequence made by hand, as if it had been read from its folder.

#include "core/report/sequence_record.h"

namespace fthost::report {

/// Three tasks, of which two are done; the first has lost some of its F1.
inline SequenceRecord made_sequence() {
  return {"s",
          "/models/bert",
          {"people", "towns", "diseases"},
          {{"people",
            "2026-11-27T02:00:00.000Z",
            {{"people", 0.75, 0.5, 1, 0.25}},
            {{"embeddings", 0, 0}, {"layer.0", 2e-6, 2e-6}, {"all", 1e-6, 1e-6}}},
           {"towns",
            "2026-11-27T03:00:00.000Z",
            {{"people", 0.5, 0.5, 0.5, 1.5}, {"towns", 0.8125, 0.75, 0.875, 0.125}},
            {{"embeddings", 4e-7, 4e-7}, {"layer.0", 3e-6, 8e-6}, {"all", 1.7e-6, 4.2e-6}}}}};
}

}  // namespace fthost::report

#include <filesystem>
#include <string>

#include "core/formats/sha256.h"
#include "tests/catch.h"
#include "tests/scripts/shell.h"
#include "tests/temporary_folder.h"

namespace fthost {
namespace {

ShellResult get_data(const std::string& arguments) {
  return run_shell(FTHOST_SOURCE_DIR "/scripts/get-data " + arguments);
}

}  // namespace

TEST_CASE("get-data says which corpora there are", "[unit][scripts]") {
  CHECK(get_data("").text == "error: expected the name of a corpus: wnut17 or ncbi-disease\n");
  const auto unknown = get_data("wnut16");
  CHECK(unknown.text == "error: there is no corpus 'wnut16' here, only wnut17 and ncbi-disease\n");
  CHECK(unknown.status == 1);
  CHECK(get_data("wnut17 --form x").text == "error: unknown option '--form'; scripts/get-data --help lists them\n");
  CHECK(get_data("wnut17 a b").text ==
        "error: expected a corpus and at most one folder, found 'b' too; scripts/get-data --help shows how\n");
  CHECK(get_data("gmb").text ==
        "error: the Groningen Meaning Bank's extract lies behind a registration: it is published on Kaggle as "
        "\"entity-annotated-corpus\". Put its ner_dataset.csv, or a zip of that file, into data/gmb at the top of the "
        "checkout\n");
  const auto help = get_data("--help");
  CHECK(help.status == 0);
  CHECK(help.text.find("usage: scripts/get-data CORPUS [FOLDER] [--from FOLDER]") != std::string::npos);
}

TEST_CASE("get-data takes no file with another checksum", "[unit][scripts]") {
  const TemporaryFolder from, to;
  const auto arguments = "wnut17 " + to.path().string() + " --from " + from.path().string();
  CHECK(get_data(arguments).text ==
        "error: there is neither wnut17train.conll nor train.conll in " + from.path().string() + "\n");
  const auto fresh = to / "fresh";
  CHECK(get_data("wnut17 " + fresh.string() + " --from " + from.path().string()).status == 1);
  CHECK_FALSE(std::filesystem::exists(fresh));
  from.write("wnut17train.conll", "EU\tB-ORG\n");
  const auto wrong = get_data(arguments);
  const std::string expected = ", expected 731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5";
  CHECK(wrong.text == "error: " + from.path().string() + " has another wnut17train.conll than expected: SHA-256 " +
                          sha256("EU\tB-ORG\n") + expected + ". Nothing was taken from it\n");
  CHECK(wrong.status == 1);
  CHECK(std::filesystem::is_empty(to.path()));
  to.write("train.conll", "mine\tO\n");
  CHECK(get_data(arguments).text == "error: " + (to / "train.conll").string() + " is there but another file: SHA-256 " +
                                        sha256("mine\tO\n") + expected + ". Move it away, or name another folder\n");
  CHECK(to.read("train.conll") == "mine\tO\n");
  CHECK(get_data("wnut17 --from " + (from / "missing").string()).text ==
        "error: --from: there is no folder " + (from / "missing").string() + "\n");
}

TEST_CASE("get-data takes a corpus from a folder, once", "[unit][scripts]") {
  const auto from = std::filesystem::path(FTHOST_SOURCE_DIR) / ".." / "shared" / "data" / "ncbi-disease";
  if (!std::filesystem::exists(from)) {
    WARN("skipped: there is no " << from.string());
    return;
  }
  const TemporaryFolder to;
  const auto arguments = "ncbi-disease " + to.path().string() + " --from " + from.string();
  const auto first = get_data(arguments);
  CHECK(first.status == 0);
  CHECK(first.text.ends_with("ncbi-disease is in " + to.path().string() + "\n"));
  for (const auto* name : {"train.tsv", "devel.tsv", "test.tsv"})
    CHECK(hash_file(to / name).sha256 == hash_file(from / name).sha256);
  CHECK(get_data(arguments).text ==
        "==> train.tsv: it is there\n==> devel.tsv: it is there\n==> test.tsv: it is there\n" +
            std::string("ncbi-disease is in ") + to.path().string() + "\n");
}

}  // namespace fthost

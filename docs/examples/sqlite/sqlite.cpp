/// Sink `sqlite`: a row for each run and for each figure of it, in a database that many runs share.

#include <fthost/plugin.h>
#include <fthost/sink.h>
#include <fthost/utc.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace {

/// Runs that end at the same time wait for each other that long.
constexpr int kBusyMilliseconds = 30000;

constexpr const char* kTables =
    "CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folder TEXT NOT NULL,"
    " started TEXT NOT NULL, seed INTEGER NOT NULL, device TEXT NOT NULL, boundary TEXT NOT NULL,"
    " state TEXT NOT NULL, seconds REAL);"
    "CREATE TABLE IF NOT EXISTS metrics (run INTEGER NOT NULL REFERENCES runs (id), name TEXT NOT NULL,"
    " epoch INTEGER NOT NULL, value REAL, PRIMARY KEY (run, name, epoch)) WITHOUT ROWID;";

class Database {
 public:
  explicit Database(std::string file) : file_(std::move(file)) {
    sqlite3* opened = nullptr;
    const int status = sqlite3_open(file_.c_str(), &opened);
    database_.reset(opened);  // there is one also when opening failed: it knows why
    require(status, SQLITE_OK);
    require(sqlite3_busy_timeout(opened, kBusyMilliseconds), SQLITE_OK);
    require(sqlite3_exec(opened, kTables, nullptr, nullptr, nullptr), SQLITE_OK);
  }

  /// Executes one statement, its question marks replaced by `values`: it is whole on the disk, or not there at all.
  template <class... Values>
  void execute(std::string_view sql, const Values&... values) {
    sqlite3_stmt* prepared = nullptr;
    require(sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &prepared, nullptr),
            SQLITE_OK);
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, &sqlite3_finalize);
    int place = 0;
    (require(bind(prepared, ++place, values), SQLITE_OK), ...);
    require(sqlite3_step(prepared), SQLITE_DONE);
  }

  std::int64_t last_row() const { return sqlite3_last_insert_rowid(database_.get()); }

 private:
  static int bind(sqlite3_stmt* statement, int place, std::int64_t value) {
    return sqlite3_bind_int64(statement, place, value);
  }
  /// NaN becomes NULL: SQLite knows none.
  static int bind(sqlite3_stmt* statement, int place, double value) {
    return sqlite3_bind_double(statement, place, value);
  }
  static int bind(sqlite3_stmt* statement, int place, std::string_view value) {
    return sqlite3_bind_text(statement, place, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }

  void require(int status, int expected) const {
    if (status != expected) throw fthost::Error("cannot write " + file_ + ": " + sqlite3_errmsg(database_.get()));
  }

  std::string file_;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database_{nullptr, &sqlite3_close};
};

class SqliteSink final : public fthost::Sink {
 public:
  explicit SqliteSink(const fthost::Options& options) : file_(options.path("path").string()) {}

  Role role() const override { return Role::writer; }

  void run_started(const fthost::RunStarted& event) override {
    database_ = std::make_unique<Database>(file_);
    database_->execute(
        "INSERT INTO runs (name, folder, started, seed, device, boundary, state) VALUES (?, ?, ?, ?, ?, ?, 'running')",
        event.name, event.folder.string(), fthost::utc_text(std::chrono::system_clock::now()),
        static_cast<std::int64_t>(event.seed), event.device, fthost::boundary_name(*event.plan));
    run_ = database_->last_row();
  }

  void metric_emitted(const fthost::MetricEmitted& event) override {
    database_->execute("INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, ?)", run_, event.name,
                       static_cast<std::int64_t>(event.epoch), event.value);
  }

  // Comes also when the run failed or was interrupted; then perhaps before it had started.
  void run_ended(const fthost::RunEnded& event) override {
    if (database_ == nullptr) return;
    database_->execute("UPDATE runs SET state = ?, seconds = ? WHERE id = ?", fthost::state_name(event.state),
                       event.seconds, run_);
    database_.reset();
  }

 private:
  std::string file_;
  std::unique_ptr<Database> database_;
  std::int64_t run_ = 0;
};

}  // namespace

FTHOST_PLUGIN(fthost::component<SqliteSink>("sqlite", "Runs and their figures as rows of an SQLite database.")
                  .option("path", fthost::path().by_default("runs.sqlite"),
                          "the database; made when it is not there, shared by all runs that name it"))

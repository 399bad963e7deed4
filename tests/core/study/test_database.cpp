// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/database.h"
#include "core/study/sealed_rows.h"
#include "core/study/store_schema.h"

#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace fs = std::filesystem;
using ca::Database;
using ca::ErrorCode;
using ca::SqlBytes;
using ca::SqlRow;
using ca::SqlValue;

namespace {

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

std::int64_t number(const Database &database, const std::string &sql)
{
    const auto rows = database.query(sql);
    return rows && rows->size() == 1 ? ca::integer_of(rows->front().front()) : -1;
}

constexpr std::array kColumns{"name", "value"};
constexpr ca::SealedTable kTable{"things", kColumns};
constexpr const char *kThings = "CREATE TABLE things(name TEXT PRIMARY KEY, value REAL, seal TEXT NOT NULL) STRICT";

} // namespace

class TestDatabase final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void values_come_back_as_they_were();
    void a_transaction_that_fails_leaves_nothing();
    void a_transaction_within_another_is_a_part_of_it();
    void a_snapshot_does_not_see_what_is_written_meanwhile();
    void a_snapshot_within_another_sees_the_same();
    void a_full_disk_is_said_and_earlier_rows_stay();
    void says_that_another_holds_the_file();
    void says_what_cannot_be_opened();
    void reads_where_nothing_can_be_written();

    void a_seal_is_what_it_says();
    void a_changed_value_breaks_the_seal();
    void a_column_added_later_does_not_break_the_seal();

    void tables_of_an_older_version_are_brought_up_to_date();
    void a_step_that_fails_is_undone();
    void tables_of_a_newer_version_are_refused();
    void a_file_of_another_program_is_refused();

private:
    [[nodiscard]] fs::path file(const char *name) const { return fs::path(folder_.path().toStdString()) / name; }
    /// A new file, or a test that fails at its first use.
    [[nodiscard]] Database fresh(const char *name) const
    {
        return std::move(*Database::open(file(name), Database::Access::create));
    }
    QTemporaryDir folder_;
};

void TestDatabase::values_come_back_as_they_were()
{
    Database database = fresh("values");
    QVERIFY(database.execute("CREATE TABLE t(v ANY) STRICT"));
    const SqlRow values{SqlValue(), std::numeric_limits<std::int64_t>::min(), 0.1 + 0.2,     -0.0,
                        5e-324,     std::string("a\0b\xC3\xA9", 5),           std::string(), SqlBytes{0, 255, 7},
                        SqlBytes()};
    for (const SqlValue &value : values)
        QVERIFY(database.execute("INSERT INTO t VALUES(?1)", {value}));
    const auto rows = database.query("SELECT v FROM t ORDER BY rowid");
    QVERIFY(rows);
    QCOMPARE(rows->size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        QVERIFY2(rows->at(i).front() == values.at(i), qPrintable(QString::number(i)));
    QVERIFY(std::signbit(ca::real_of(rows->at(3).front())));
}

void TestDatabase::a_transaction_that_fails_leaves_nothing()
{
    Database database = fresh("undone");
    QVERIFY(database.execute("CREATE TABLE t(v INTEGER)"));
    const auto done = database.transaction([&]() -> ca::Status {
        if (const auto put = database.execute("INSERT INTO t VALUES(1)"); !put)
            return put;
        return ca::fail(ErrorCode::failed, "after all");
    });
    QVERIFY(!done);
    QCOMPARE(done.error().sentence, std::string("after all"));
    QCOMPARE(number(database, "SELECT count(*) FROM t"), 0);
    QVERIFY(database.transaction([&] { return database.execute("INSERT INTO t VALUES(2)"); }));
    QCOMPARE(number(database, "SELECT count(*) FROM t"), 1);
}

void TestDatabase::a_transaction_within_another_is_a_part_of_it()
{
    Database database = fresh("nested");
    QVERIFY(database.execute("CREATE TABLE t(v INTEGER)"));
    const auto done = database.transaction([&]() -> ca::Status {
        if (const auto inner = database.transaction([&] { return database.execute("INSERT INTO t VALUES(1)"); }); !inner)
            return inner;
        return ca::fail(ErrorCode::failed, "the outer one");
    });
    QVERIFY(!done);
    QCOMPARE(number(database, "SELECT count(*) FROM t"), 0);
}

void TestDatabase::a_snapshot_does_not_see_what_is_written_meanwhile()
{
    Database writer = fresh("snapshot");
    QVERIFY(writer.execute("PRAGMA journal_mode = WAL"));
    QVERIFY(writer.execute("CREATE TABLE t(v INTEGER)"));
    const auto reader = Database::open(file("snapshot"), Database::Access::read);
    QVERIFY(reader);
    std::int64_t before = -1;
    std::int64_t after = -1;
    QVERIFY(reader->snapshot([&]() -> ca::Status {
        before = number(*reader, "SELECT count(*) FROM t");
        if (const auto put = writer.execute("INSERT INTO t VALUES(1)"); !put)
            return put;
        after = number(*reader, "SELECT count(*) FROM t");
        return {};
    }));
    QCOMPARE(before, 0);
    QCOMPARE(after, 0);
    QCOMPARE(number(*reader, "SELECT count(*) FROM t"), 1);
}

void TestDatabase::a_snapshot_within_another_sees_the_same()
{
    Database writer = fresh("snapshots");
    QVERIFY(writer.execute("PRAGMA journal_mode = WAL"));
    QVERIFY(writer.execute("CREATE TABLE t(v INTEGER)"));
    const auto reader = Database::open(file("snapshots"), Database::Access::read);
    QVERIFY(reader);
    std::int64_t inner = -1, outer = -1;
    QVERIFY(reader->snapshot([&]() -> ca::Status {
        (void)number(*reader, "SELECT count(*) FROM t"); // the moment that is looked at
        if (const auto put = writer.execute("INSERT INTO t VALUES(1)"); !put)
            return put;
        const auto looked = reader->snapshot([&]() -> ca::Status {
            inner = number(*reader, "SELECT count(*) FROM t");
            return {};
        });
        outer = number(*reader, "SELECT count(*) FROM t");
        return looked;
    }));
    QCOMPARE(inner, 0);
    QCOMPARE(outer, 0);
    QCOMPARE(number(*reader, "SELECT count(*) FROM t"), 1);
}

void TestDatabase::a_full_disk_is_said_and_earlier_rows_stay()
{
    Database database = fresh("full");
    QVERIFY(database.execute("PRAGMA journal_mode = WAL"));
    QVERIFY(database.execute("CREATE TABLE t(v BLOB)"));
    QVERIFY(database.execute("INSERT INTO t VALUES(?1)", {SqlBytes(10, 1)}));
    QVERIFY(database.execute("PRAGMA max_page_count = 8")); // 32 kB
    const auto put = database.transaction([&] { return database.execute("INSERT INTO t VALUES(?1)", {SqlBytes(100'000, 2)}); });
    QVERIFY(!put);
    QCOMPARE(put.error().code, ErrorCode::unwritable);
    QVERIFY2(contains(put.error().sentence, "the disk is full. Free some space"), put.error().sentence.c_str());
    QVERIFY(contains(put.error().sentence, file("full").string()));
    QCOMPARE(number(database, "SELECT count(*) FROM t"), 1);
    QVERIFY(database.transaction([&] { return database.execute("INSERT INTO t VALUES(?1)", {SqlBytes(10, 3)}); }));
    QVERIFY(database.check());
}

void TestDatabase::says_that_another_holds_the_file()
{
    Database holder = fresh("held");
    QVERIFY(holder.execute("CREATE TABLE t(v INTEGER)"));
    QVERIFY(holder.execute("BEGIN EXCLUSIVE"));
    auto other = Database::open(file("held"), Database::Access::write);
    QVERIFY(other);
    QVERIFY(other->execute("PRAGMA busy_timeout = 0"));
    const auto put = other->execute("INSERT INTO t VALUES(1)");
    QVERIFY(!put);
    QVERIFY2(contains(put.error().sentence, "is held by another program. Close that one"), put.error().sentence.c_str());
}

void TestDatabase::says_what_cannot_be_opened()
{
    const auto none = Database::open(file("nowhere"), Database::Access::write);
    QVERIFY(!none);
    QCOMPARE(none.error().code, ErrorCode::not_found);
    QVERIFY(!fs::exists(file("nowhere")));
    fs::create_directory(file("folder"));
    const auto folder = Database::open(file("folder"), Database::Access::write);
    QVERIFY(!folder);
    QVERIFY2(contains(folder.error().sentence, "cannot be opened"), folder.error().sentence.c_str());
    QFile text(QString::fromStdString(file("text").string()));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write(QByteArray("not a database at all, ").repeated(100));
    text.close();
    for (const auto access : {Database::Access::read, Database::Access::write}) {
        const auto opened = Database::open(file("text"), access);
        const auto rows = opened ? opened->query("SELECT 1 FROM t") : ca::Result<std::vector<SqlRow>>(forward(opened));
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::bad_format);
        QVERIFY2(contains(rows.error().sentence, "is not the file of a study"), rows.error().sentence.c_str());
    }
}

/// As on a disk that is mounted so. Root may write anywhere, but a folder is no file: one in the place of the shared memory keeps
/// SQLite from setting it up. The name has what means something in SQLite's addresses.
void TestDatabase::reads_where_nothing_can_be_written()
{
    const char *name = "100% sure? #1";
    {
        Database writer = fresh(name);
        QVERIFY(writer.execute("PRAGMA journal_mode = WAL"));
        QVERIFY(writer.execute("CREATE TABLE t(v INTEGER)"));
        QVERIFY(writer.execute("INSERT INTO t VALUES(42)"));
    }
    fs::create_directory(file(name).string() + "-shm");
    const auto reader = Database::open(file(name), Database::Access::read);
    QVERIFY(reader);
    QCOMPARE(number(*reader, "SELECT v FROM t"), 42);
}

void TestDatabase::a_seal_is_what_it_says()
{
    // Type, length, value; a double by its bits: 0.5 is 0x3FE0000000000000.
    const QByteArray text = QByteArray("3:2:ab") + "1:2:-7" + "2:19:4602678819172646912" + "0:0:" + "4:1:z";
    const SqlRow row{std::string("ab"), std::int64_t{-7}, 0.5, SqlValue(), SqlBytes{'z'}, SqlValue(), SqlValue()};
    QCOMPARE(QByteArray::fromStdString(ca::seal_of(row)), QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
}

void TestDatabase::a_changed_value_breaks_the_seal()
{
    Database database = fresh("sealed");
    QVERIFY(database.execute(kThings));
    QVERIFY(ca::put_row(database, kTable, {std::string("a"), 0.25}));
    QVERIFY(ca::put_row(database, kTable, {std::string("a"), 0.5})); // in its place
    QVERIFY(ca::put_row(database, kTable, {std::string("b"), std::nan("")}));
    QVERIFY(ca::put_row(database, kTable, {std::string("c"), -0.0}));
    const auto rows = ca::get_rows(database, kTable, "ORDER BY name");
    QVERIFY2(rows, rows ? "" : rows.error().sentence.c_str());
    QCOMPARE(rows->size(), 3U);
    QVERIFY(rows->at(0) == (SqlRow{std::string("a"), 0.5}));
    QVERIFY(ca::is_null(rows->at(1).at(1)));
    QVERIFY(rows->at(2) == (SqlRow{std::string("c"), 0.0}));
    QVERIFY(database.execute("UPDATE things SET value = 0.75 WHERE name = 'a'"));
    const auto changed = ca::get_rows(database, kTable, "WHERE name = ?1", {std::string("a")});
    QVERIFY(!changed);
    QCOMPARE(changed.error().code, ErrorCode::bad_format);
    QVERIFY2(contains(changed.error().sentence, "is damaged (a row of its table things"), changed.error().sentence.c_str());
}

void TestDatabase::a_column_added_later_does_not_break_the_seal()
{
    Database database = fresh("wider");
    QVERIFY(database.execute(kThings));
    QVERIFY(ca::put_row(database, kTable, {std::string("a"), 0.5}));
    QVERIFY(database.execute("ALTER TABLE things ADD COLUMN unit TEXT"));
    static constexpr std::array kWider{"name", "value", "unit"};
    const auto rows = ca::get_rows(database, {"things", kWider}, "");
    QVERIFY(rows);
    QVERIFY(rows->front() == (SqlRow{std::string("a"), 0.5, SqlValue()}));
}

namespace {

constexpr std::array kSteps{"CREATE TABLE t(v INTEGER)", "ALTER TABLE t ADD COLUMN unit TEXT NOT NULL DEFAULT 'ms'",
                            "CREATE TABLE u(v INTEGER); INSERT INTO u SELECT v + 1 FROM t"};

/// A file as the first version wrote it.
ca::Status make_version_1(Database &database)
{
    for (const std::string &sql :
         {std::string(kSteps[0]), std::string("INSERT INTO t VALUES(41)"),
          "PRAGMA application_id = " + std::to_string(ca::kApplicationId), std::string("PRAGMA user_version = 1")})
        if (const auto done = database.execute(sql); !done)
            return done;
    return {};
}

} // namespace

void TestDatabase::tables_of_an_older_version_are_brought_up_to_date()
{
    Database database = fresh("old");
    QVERIFY(make_version_1(database));
    QVERIFY(ca::migrate(database, kSteps));
    QCOMPARE(number(database, "PRAGMA user_version"), 3);
    QCOMPARE(number(database, "SELECT v FROM u"), 42);
    QCOMPARE(number(database, "SELECT count(*) FROM t WHERE unit = 'ms'"), 1);
    QVERIFY(ca::migrate(database, kSteps)); // a second time there is nothing to do
    QCOMPARE(number(database, "SELECT count(*) FROM u"), 1);
}

void TestDatabase::a_step_that_fails_is_undone()
{
    Database database = fresh("broken step");
    QVERIFY(make_version_1(database));
    const std::array steps{kSteps[0], kSteps[1], "CREATE TABLE u(v INTEGER); INSERT INTO nowhere VALUES(1)"};
    QVERIFY(!ca::migrate(database, steps));
    QCOMPARE(number(database, "PRAGMA user_version"), 2); // the step before it holds
    QCOMPARE(number(database, "SELECT count(*) FROM sqlite_master WHERE name = 'u'"), 0);
    QVERIFY(ca::migrate(database, kSteps));
    QCOMPARE(number(database, "SELECT v FROM u"), 42);
}

void TestDatabase::tables_of_a_newer_version_are_refused()
{
    Database database = fresh("new");
    QVERIFY(make_version_1(database));
    QVERIFY(database.execute("PRAGMA user_version = 4"));
    const auto migrated = ca::migrate(database, kSteps);
    QVERIFY(!migrated);
    QCOMPARE(migrated.error().code, ErrorCode::unsupported);
    QVERIFY2(contains(migrated.error().sentence,
                      "newer version of this program (its tables are version 4, and this one knows up to 3)"),
             migrated.error().sentence.c_str());
}

void TestDatabase::a_file_of_another_program_is_refused()
{
    Database database = fresh("foreign");
    QVERIFY(database.execute("PRAGMA user_version = 1"));
    const auto migrated = ca::migrate(database, kSteps);
    QVERIFY(!migrated);
    QCOMPARE(migrated.error().code, ErrorCode::bad_format);
    QCOMPARE(number(database, "SELECT count(*) FROM sqlite_master"), 0);
}

QTEST_APPLESS_MAIN(TestDatabase)
#include "test_database.moc"

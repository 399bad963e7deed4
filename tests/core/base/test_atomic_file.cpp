// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"

#include <QtTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>

namespace fs = std::filesystem;
using ca::ErrorCode;
using ca::Status;

namespace {

std::string content(const fs::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_in(const fs::path &folder)
{
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/// 0 where `check` holds in a process of its own, which may give up its rights and limits.
int in_a_child(const std::function<bool()> &check)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(check() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

/// Root may write everywhere; nobody may not.
void become_nobody()
{
    if (::geteuid() == 0 && ::setuid(65534) != 0)
        ::_exit(2);
}

} // namespace

class TestAtomicFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_whole_and_leaves_nothing_beside();
    void replaces_what_was_there();
    void writes_in_pieces_and_counts_them();
    void keeps_the_old_file_when_the_producer_fails();
    void a_killed_process_leaves_the_old_file_and_no_other();
    void a_full_disk_leaves_the_old_file_and_no_other();
    void a_full_disk_is_told_from_whole_content_too();
    void says_that_the_folder_may_not_be_written();
    void says_that_the_folder_is_not_there();
    void does_not_replace_a_folder();
    void takes_a_name_without_a_folder();

    void makes_a_folder_with_its_parents();
    void a_folder_that_may_not_be_written_is_refused();
    void a_file_in_the_way_of_a_folder_is_named();

    void reads_a_file_up_to_the_limit_and_no_further();
    void tells_apart_what_cannot_be_read();

private:
    [[nodiscard]] fs::path folder() const { return temporary_.path().toStdString(); }
    /// A folder of this test alone.
    [[nodiscard]] fs::path fresh(const char *name) const
    {
        fs::create_directories(folder() / name);
        fs::permissions(folder(), fs::perms(0755));
        return folder() / name;
    }
    QTemporaryDir temporary_;
};

void TestAtomicFile::writes_whole_and_leaves_nothing_beside()
{
    const fs::path in = fresh("whole");
    const std::string text = std::string("a\0b\n", 4) + std::string(100000, 'x');
    const auto size = ca::write_file(in / "model.safetensors", text);
    QVERIFY(size);
    QCOMPARE(size->value, 100004);
    QVERIFY(content(in / "model.safetensors") == text);
    QCOMPARE(names_in(in), std::vector<std::string>{"model.safetensors"});
}

void TestAtomicFile::replaces_what_was_there()
{
    const fs::path in = fresh("replace");
    QVERIFY(ca::write_file(in / "a", "a longer text"));
    QVERIFY(ca::write_file(in / "a", "short"));
    QCOMPARE(content(in / "a"), std::string("short"));
    QVERIFY(ca::write_file(in / "a", ""));
    QCOMPARE(fs::file_size(in / "a"), std::uintmax_t(0));
}

void TestAtomicFile::writes_in_pieces_and_counts_them()
{
    const fs::path in = fresh("pieces");
    const auto size = ca::write_file(in / "a", [](const ca::ByteSink &sink) -> Status {
        for (const std::string_view piece : {"one ", "two ", "", "three"})
            if (const auto done = sink(std::as_bytes(std::span(piece))); !done)
                return done;
        return {};
    });
    QVERIFY(size);
    QCOMPARE(size->value, 13);
    QCOMPARE(content(in / "a"), std::string("one two three"));
}

void TestAtomicFile::keeps_the_old_file_when_the_producer_fails()
{
    const fs::path in = fresh("producer");
    QVERIFY(ca::write_file(in / "a", "old"));
    const auto size = ca::write_file(in / "a", [](const ca::ByteSink &sink) -> Status {
        const std::string_view piece = "new";
        if (const auto done = sink(std::as_bytes(std::span(piece))); !done)
            return done;
        return ca::cancelled();
    });
    QVERIFY(!size);
    QCOMPARE(size.error().code, ErrorCode::cancelled);
    QCOMPARE(content(in / "a"), std::string("old"));
    QCOMPARE(names_in(in), std::vector<std::string>{"a"});
}

void TestAtomicFile::a_killed_process_leaves_the_old_file_and_no_other()
{
    const fs::path in = fresh("killed");
    const int unnamed = ::open(in.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (unnamed < 0)
        QSKIP("This machine's temporary folder has no files without a name.");
    ::close(unnamed);
    QVERIFY(ca::write_file(in / "a", "old"));
    const int status = in_a_child([&] {
        return ca::write_file(in / "a",
                              [](const ca::ByteSink &sink) -> Status {
                                  const std::string_view piece = "new";
                                  if (sink(std::as_bytes(std::span(piece))))
                                      ::raise(SIGKILL);
                                  return {};
                              })
            .has_value();
    });
    QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    QCOMPARE(content(in / "a"), std::string("old"));
    QCOMPARE(names_in(in), std::vector<std::string>{"a"});
}

/// A limit on the size of files stands in for a full disk: write() fails half way in the same manner.
void TestAtomicFile::a_full_disk_leaves_the_old_file_and_no_other()
{
    const fs::path in = fresh("full");
    QVERIFY(ca::write_file(in / "a", "old"));
    const int status = in_a_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{100000, 100000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
            return false;
        int pieces = 0;
        const auto size = ca::write_file(in / "a", [&](const ca::ByteSink &sink) -> Status {
            const std::string piece(60000, 'x');
            for (; pieces < 10; ++pieces)
                if (const auto done = sink(std::as_bytes(std::span(piece))); !done)
                    return done;
            return {};
        });
        return !size && size.error().code == ErrorCode::unwritable && pieces == 1
            && contains(size.error().sentence, "File too large")
            && contains(size.error().sentence, "raise it, or choose another place");
    });
    QCOMPARE(status, 0);
    QCOMPARE(content(in / "a"), std::string("old"));
    QCOMPARE(names_in(in), std::vector<std::string>{"a"});
}

void TestAtomicFile::a_full_disk_is_told_from_whole_content_too()
{
    const fs::path in = fresh("full-whole");
    const int status = in_a_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
            return false;
        const auto size = ca::write_file(in / "a", std::string(1001, 'x'));
        return !size && size.error().code == ErrorCode::unwritable
            && ca::write_file(in / "b", std::string(1000, 'x')).has_value();
    });
    QCOMPARE(status, 0);
    QCOMPARE(names_in(in), std::vector<std::string>{"b"});
}

void TestAtomicFile::says_that_the_folder_may_not_be_written()
{
    const fs::path in = fresh("locked");
    QVERIFY(ca::write_file(in / "a", "old"));
    fs::permissions(in, fs::perms(0555));
    const int status = in_a_child([&] {
        become_nobody();
        const auto size = ca::write_file(in / "a", "new");
        return !size && size.error().code == ErrorCode::unwritable && contains(size.error().sentence, "Permission denied")
            && contains(size.error().sentence, (in / "a").string());
    });
    fs::permissions(in, fs::perms(0755));
    QCOMPARE(status, 0);
    QCOMPARE(content(in / "a"), std::string("old"));
}

void TestAtomicFile::says_that_the_folder_is_not_there()
{
    const auto size = ca::write_file(folder() / "nowhere" / "a", "text");
    QVERIFY(!size);
    QCOMPARE(size.error().code, ErrorCode::unwritable);
    QVERIFY(contains(size.error().sentence, "No such file or directory"));
    QVERIFY(!fs::exists(folder() / "nowhere"));
}

void TestAtomicFile::does_not_replace_a_folder()
{
    const fs::path in = fresh("taken");
    fs::create_directories(in / "a");
    const auto size = ca::write_file(in / "a", "text");
    QVERIFY(!size);
    QCOMPARE(size.error().code, ErrorCode::unwritable);
    QVERIFY(contains(size.error().sentence, "taken by a folder"));
    QVERIFY(fs::is_directory(in / "a"));
    QCOMPARE(names_in(in), std::vector<std::string>{"a"});
}

void TestAtomicFile::takes_a_name_without_a_folder()
{
    const fs::path in = fresh("here");
    const int status = in_a_child([&] {
        fs::current_path(in);
        return ca::write_file("a", "text").has_value();
    });
    QCOMPARE(status, 0);
    QCOMPARE(content(in / "a"), std::string("text"));
}

void TestAtomicFile::makes_a_folder_with_its_parents()
{
    const fs::path wanted = fresh("made") / "of" / "several";
    QVERIFY(ca::make_writable_folder(wanted));
    QVERIFY(ca::make_writable_folder(wanted)); // there already
    QVERIFY(fs::is_empty(wanted));
}

void TestAtomicFile::a_folder_that_may_not_be_written_is_refused()
{
    const fs::path in = fresh("refused");
    fs::permissions(in, fs::perms(0555));
    const int status = in_a_child([&] {
        become_nobody();
        const auto there = ca::make_writable_folder(in);
        const auto below = ca::make_writable_folder(in / "below");
        return !there && there.error().code == ErrorCode::unwritable && !below && below.error().code == ErrorCode::unwritable;
    });
    fs::permissions(in, fs::perms(0755));
    QCOMPARE(status, 0);
}

void TestAtomicFile::a_file_in_the_way_of_a_folder_is_named()
{
    const fs::path in = fresh("way");
    QVERIFY(ca::write_file(in / "results", "text"));
    for (const fs::path &wanted : {in / "results", in / "results" / "study"}) {
        const auto made = ca::make_writable_folder(wanted);
        QVERIFY(!made);
        QCOMPARE(made.error().code, ErrorCode::unwritable);
        QVERIFY(contains(made.error().sentence, wanted.string()));
    }
    QCOMPARE(content(in / "results"), std::string("text"));
}

void TestAtomicFile::reads_a_file_up_to_the_limit_and_no_further()
{
    const fs::path in = fresh("read");
    const std::string text = std::string("a\0\r\n", 4) + std::string(996, 'x');
    QVERIFY(ca::write_file(in / "a", text));
    const auto whole = ca::read_file(in / "a", 1000);
#ifdef Q_OS_LINUX // whose files of /proc say that they are empty
    QVERIFY(ca::read_file("/proc/cpuinfo", 1U << 20U)->starts_with("processor"));
    QVERIFY(!ca::read_file("/proc/cpuinfo", 10));
#endif
    QVERIFY(whole);
    QVERIFY(*whole == text);
    const auto refused = ca::read_file(in / "a", 999);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::unreadable);
    QVERIFY(contains(refused.error().sentence, "larger than 999 bytes"));
}

void TestAtomicFile::tells_apart_what_cannot_be_read()
{
    const fs::path in = fresh("unread");
    QCOMPARE(ca::read_file(in / "none", 10).error().code, ErrorCode::not_found);
    QCOMPARE(ca::read_file(in, 10).error().code, ErrorCode::unreadable);
    QVERIFY(ca::write_file(in / "secret", "text"));
    fs::permissions(in / "secret", fs::perms(0000));
    const int status = in_a_child([&] {
        become_nobody();
        const auto text = ca::read_file(in / "secret", 10);
        return !text && text.error().code == ErrorCode::unreadable;
    });
    QCOMPARE(status, 0);
}

QTEST_APPLESS_MAIN(TestAtomicFile)
#include "test_atomic_file.moc"

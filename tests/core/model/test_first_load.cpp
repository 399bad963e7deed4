// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/first_load.h"
#include "tests/corpus/script_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class TestFirstLoad final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void a_sound_file_passes();
    void a_sound_file_passes_in_a_fork();
    void a_file_that_crashes_the_parser_gets_a_sentence();
    void a_file_that_does_not_load_gets_its_own_sentence();
    void a_network_without_an_end_is_ended_within_ten_seconds();
    void code_that_writes_while_it_is_loaded_writes_nothing();
    void trusted_code_may_read_files();
    void a_file_that_changes_meanwhile_is_noticed();
    void a_program_that_is_not_there_is_said();
    void a_stop_ends_the_child_within_a_second();
    void what_ends_a_child_becomes_a_sentence_data();
    void what_ends_a_child_becomes_a_sentence();
    void a_child_reaches_nothing_but_its_file_data();
    void a_child_reaches_nothing_but_its_file();
    void the_child_by_hand_explains_itself();

private:
    fs::path path(const char *name) const { return folder_->filePath(name).toStdString(); }
    ca::Status load(const fs::path &file, const ca::LoadOptions &options = {}) const
    {
        return ca::load_in_child("/proc/self/exe", file, options, {});
    }
    ca::Status in_fork(const std::function<ca::Status()> &work, std::stop_token stop = {},
                       std::chrono::milliseconds wall = 8s) const
    {
        ca::FirstLoadLimits limits = ca::limits_for(ca::bytes(1000));
        limits.cpu = 1s;
        limits.wall = wall;
        return ca::load_in_fork(path("file.pt"), limits, work, stop);
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

namespace {

QString text_of(const ca::Status &status)
{
    return status ? QString("(it passed)") : QString::fromStdString(status.error().text());
}

ca::Status done(bool really)
{
    return really ? ca::Status(ca::fail(ca::ErrorCode::failed, "It was possible.")) : ca::Status();
}

[[noreturn]] void compute_for_ever()
{
    std::atomic<unsigned> number = 0;
    while (true)
        ++number;
}

/// Takes memory until there is none, and uses it.
void grow() // nothing is written to what it asks for: that takes a busy machine longer than the limit on computing
{
    for (std::vector<std::vector<char>> all; all.size() < 240;)
        all.emplace_back().reserve(100'000'000);
}

bool has_landlock()
{
#ifdef __linux__
    return syscall(444, nullptr, 0, 1) >= 1; // the version that the kernel has
#else
    return false;
#endif
}

} // namespace

void TestFirstLoad::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(write_bytes(path("file.pt"), script::archive(std::string(script::kHead) + std::string(script::kForward))));
}

/// Nothing was left behind: no process, no file.
void TestFirstLoad::cleanup()
{
    QVERIFY(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD);
    folder_.reset();
}

void TestFirstLoad::a_sound_file_passes()
{
    const auto by_hand = load(path("file.pt"));
    QVERIFY2(by_hand, qPrintable(text_of(by_hand)));
    const auto net = load(write_scripted_net(folder_->path().toStdString(), "cnn"),
                          {.sizes = {{32, 32}}, .size = {}, .prompts = {}, .first_load = {}});
    QVERIFY2(net, qPrintable(text_of(net)));
}

void TestFirstLoad::a_sound_file_passes_in_a_fork()
{
    const auto passed = in_fork([&]() -> ca::Status {
        const auto model = ca::load_model(path("file.pt"), {}, {}, {});
        return model ? ca::Status() : ca::Status(ca::forward(model));
    });
    QVERIFY2(passed, qPrintable(text_of(passed)));
}

// 20,000 brackets end LibTorch 2.13 by overflowing its parser's stack.
void TestFirstLoad::a_file_that_crashes_the_parser_gets_a_sentence()
{
    QVERIFY(write_bytes(path("nested.pt"), script::nested(20000)));
    const auto refused = load(path("nested.pt"));
    QVERIFY2(text_of(refused).contains("nested more than 200 levels"), qPrintable(text_of(refused)));
    const auto crashed = load(path("nested.pt"), {.sizes = {}, .size = {}, .trust = true, .prompts = {}, .first_load = {}});
    QVERIFY(!crashed);
    QVERIFY(crashed.error().code == ca::ErrorCode::unsafe);
    QVERIFY2(text_of(crashed).contains("crashed the process that tried it"), qPrintable(text_of(crashed)));
    QVERIFY(text_of(crashed).contains(QString::fromStdString(path("nested.pt").string())));
    QVERIFY(load(path("file.pt")));
}

void TestFirstLoad::a_file_that_does_not_load_gets_its_own_sentence()
{
    QVERIFY(write_bytes(path("unknown.pt"), script::forward("    return torch.no_such_operator(x)\n")));
    const auto failed = load(path("unknown.pt"));
    QVERIFY(!failed);
    QVERIFY(failed.error().code == ca::ErrorCode::bad_format);
    QVERIFY2(text_of(failed).contains("does not load as TorchScript"), qPrintable(text_of(failed)));
}

void TestFirstLoad::a_network_without_an_end_is_ended_within_ten_seconds()
{
    // What decides is computed, so inspection lets it pass.
    QVERIFY(write_bytes(path("endless.pt"),
                        script::forward("    y = bool(torch.ge(torch.sum(torch.relu(x)), 0))\n"
                                        "    while y:\n"
                                        "      x = torch.abs(torch.add(x, 1))\n"
                                        "      y = bool(torch.ge(torch.sum(torch.relu(x)), 0))\n"
                                        "    return x\n")));
    QElapsedTimer timer;
    timer.start();
    const auto ended = load(path("endless.pt"));
    QVERIFY(timer.elapsed() < 10000);
    QVERIFY(!ended);
    QVERIFY2(ended.error().code == ca::ErrorCode::unsafe, qPrintable(text_of(ended)));
    QVERIFY2(text_of(ended).contains("had not ended after"), qPrintable(text_of(ended)));
}

void TestFirstLoad::code_that_writes_while_it_is_loaded_writes_nothing()
{
    const std::string target = path("written.bin").string();
    const std::string body = "    w = torch.from_file(\"" + target + "\", True, 16)\n    self.w = torch.fill_(w, 1.)\n";
    QVERIFY(write_bytes(path("writes.pt"), script::setstate(body)));
    const auto refused = load(path("writes.pt"));
    QVERIFY2(text_of(refused).contains("reads a file of its choosing"), qPrintable(text_of(refused)));
    const auto ended = load(path("writes.pt"), {.sizes = {}, .size = {}, .trust = true, .prompts = {}, .first_load = {}});
    QVERIFY(!ended);
    QVERIFY2(text_of(ended).contains("wrote to a file"), qPrintable(text_of(ended)));
    std::error_code ignored;
    QVERIFY(!fs::exists(target) || fs::file_size(target, ignored) == 0);
}

void TestFirstLoad::trusted_code_may_read_files()
{
    QVERIFY(write_bytes(path("numbers.bin"), std::string(64, '\0')));
    const std::string body = "    self.w = torch.from_file(\"" + path("numbers.bin").string() + "\", False, 16)\n";
    QVERIFY(write_bytes(path("reads.pt"), script::setstate(body)));
    const auto passed = load(path("reads.pt"), {.sizes = {}, .size = {}, .trust = true, .prompts = {}, .first_load = {}});
    QVERIFY2(passed, qPrintable(text_of(passed)));
}

void TestFirstLoad::a_file_that_changes_meanwhile_is_noticed()
{
    const fs::path file = path("file.pt");
    std::thread other([&] {
        std::this_thread::sleep_for(100ms);
        fs::last_write_time(file, fs::file_time_type::clock::now());
    });
    const auto noticed = load(file);
    other.join();
    QVERIFY(!noticed);
    QVERIFY2(text_of(noticed).contains("changed while it was being looked at"), qPrintable(text_of(noticed)));
}

void TestFirstLoad::a_program_that_is_not_there_is_said()
{
    const auto missing = ca::load_in_child(path("no-program"), path("file.pt"), {}, {});
    QVERIFY(!missing);
    QVERIFY(missing.error().code == ca::ErrorCode::failed);
    QVERIFY2(text_of(missing).contains("could not be started"), qPrintable(text_of(missing)));
}

void TestFirstLoad::a_stop_ends_the_child_within_a_second()
{
    std::stop_source stop;
    std::thread other([&] {
        std::this_thread::sleep_for(200ms);
        stop.request_stop();
    });
    QElapsedTimer timer;
    timer.start();
    const auto stopped = in_fork(
        [] {
            compute_for_ever();
            return ca::Status();
        },
        stop.get_token());
    other.join();
    QVERIFY2(timer.elapsed() < 1200, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(!stopped && stopped.error().code == ca::ErrorCode::cancelled);
}

void TestFirstLoad::what_ends_a_child_becomes_a_sentence_data()
{
    QTest::addColumn<int>("deed");
    QTest::addColumn<QString>("part");
    QTest::newRow("crash") << 0 << "crashed the process that tried it";
    QTest::newRow("computing without an end") << 1 << "had not ended after 1 s of computing";
    QTest::newRow("waiting without an end") << 2 << "had not ended after 2 s.";
#ifndef CA_SANITIZED // the address sanitizer cannot live with a limit on memory
    QTest::newRow("24 GB of memory") << 3 << "takes more than 1.00 GB of memory";
#endif
    QTest::newRow("leaving without a word") << 4 << "ended without a word (exit code 5)";
    QTest::newRow("breaking off") << 5 << "broke off the process";
    QTest::newRow("an exception") << 6 << "Loading the file failed: odd .";
    QTest::newRow("a report that is none") << 7 << "ended without a word (exit code 0)";
    QTest::newRow("a flood of reports") << 8 << "the process that tried it";
}

static bool is_pipe(int descriptor) // a file that the test writes its log to ends the child by another limit
{
    struct stat about { };
    return fstat(descriptor, &about) == 0 && S_ISFIFO(about.st_mode);
}

void TestFirstLoad::what_ends_a_child_becomes_a_sentence()
{
    QFETCH(int, deed);
    QFETCH(QString, part);
    const auto work = [deed]() -> ca::Status {
        switch (deed) {
        case 0:
            raise(SIGSEGV);
            break;
        case 1:
            compute_for_ever();
        case 2:
            pause();
            break;
        case 3:
            grow();
            break;
        case 4:
            _exit(5);
        case 5:
            abort();
        case 6:
            throw std::runtime_error("odd\x01");
        case 7: // the descriptor of the pipe is not known here: all are tried
            for (int i = 3; i < 60; ++i)
                if (is_pipe(i))
                    static_cast<void>(!write(i, "CAR1\x00\x05", 6));
            _exit(0);
        default:
            for (const std::string flood(60000, 'x'); true;)
                for (int i = 3; i < 60; ++i)
                    if (is_pipe(i))
                        static_cast<void>(!write(i, flood.data(), flood.size()));
        }
        return {};
    };
    const auto ended = in_fork(work, {}, deed == 2 ? 2s : 8s);
    QVERIFY(!ended);
    QVERIFY2(text_of(ended).contains(part), qPrintable(text_of(ended)));
    QVERIFY(deed == 6 || ended.error().code == ca::ErrorCode::unsafe);
}

void TestFirstLoad::a_child_reaches_nothing_but_its_file_data()
{
    QTest::addColumn<int>("deed");
    int deed = 0;
    for (const char *name : {"make a file", "overwrite a file", "read a file", "make a folder", "remove a file", "open a socket",
                             "start a process", "start a program", "signal the parent"})
        QTest::newRow(name) << deed++;
}

void TestFirstLoad::a_child_reaches_nothing_but_its_file()
{
    QFETCH(int, deed);
    if (!has_landlock())
        QSKIP("This machine's kernel has no Landlock.");
    QVERIFY(write_bytes(path("other"), "other"));
    const std::string made = path("made").string(), other = path("other").string(), own = path("file.pt").string();
    const auto parent = getpid();
    const auto kept = in_fork([&]() -> ca::Status {
        if (open(own.c_str(), O_RDONLY) < 0)
            return ca::fail(ca::ErrorCode::failed, "The file itself cannot be read.");
        switch (deed) {
        case 0:
            return done(open(made.c_str(), O_WRONLY | O_CREAT, 0600) >= 0);
        case 1:
            return done(open(other.c_str(), O_WRONLY) >= 0 || truncate(other.c_str(), 0) == 0);
        case 2:
            return done(open(other.c_str(), O_RDONLY) >= 0 || open("/etc/passwd", O_RDONLY) >= 0);
        case 3:
            return done(mkdir(made.c_str(), 0700) == 0);
        case 4:
            return done(unlink(other.c_str()) == 0 || rename(other.c_str(), made.c_str()) == 0);
        case 5:
            return done(socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
        case 6:
            return done(fork() >= 0);
        case 7:
            return done(execl("/usr/bin/true", "true", nullptr) == 0);
        default:
            return done(kill(parent, 0) == 0);
        }
    });
    QVERIFY2(kept, qPrintable(text_of(kept)));
    QVERIFY(!fs::exists(made));
    QVERIFY(fs::exists(other) && fs::file_size(other) == 5);
}

void TestFirstLoad::the_child_by_hand_explains_itself()
{
    QProcess process;
    process.start("/proc/self/exe", {"load-check", QString::fromStdString(path("file.pt").string())});
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains("Use inspect FILE."));
}

/// The test is the program that its children run, too.
int main(int argc, char **argv)
{
    if (argc > 1 && argv[1] == ca::kLoadCheck)
        return ca::load_check_main(argc, argv);
    TestFirstLoad test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_first_load.moc"

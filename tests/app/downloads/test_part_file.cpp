// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/part_file.h"

#include <QtTest>

#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace {

bool names_lead_astray = false;   // `stat` names another file each time, as some network file systems do
std::int64_t writeback_begun = 0; // bytes from the start of the file

} // namespace

// These two take the place of the C library's in this executable.
extern "C" int stat(const char *file, struct stat *status) noexcept
{
    const int result = ::fstatat(AT_FDCWD, file, status, 0);
    if (names_lead_astray)
        ++status->st_ino;
    return result;
}

#ifdef Q_OS_LINUX
extern "C" int sync_file_range(int, off64_t offset, off64_t bytes, unsigned)
{
    if (offset <= writeback_begun)
        writeback_begun = std::max<std::int64_t>(writeback_begun, offset + bytes);
    return 0;
}
#endif

class TestPartFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void a_file_that_is_never_at_its_name_is_given_up();
    void one_owner_does_not_remove_what_another_has_begun();
    void the_disk_is_busy_while_bytes_arrive();

private:
    [[nodiscard]] std::filesystem::path target() const { return folder_->filePath(QStringLiteral("w.bin")).toStdString(); }

    std::unique_ptr<QTemporaryDir> folder_;
};

void TestPartFile::init()
{
    folder_ = std::make_unique<QTemporaryDir>();
}

void TestPartFile::a_file_that_is_never_at_its_name_is_given_up()
{
    names_lead_astray = true;
    const auto part = ca::PartFile::open(target());
    names_lead_astray = false;
    QVERIFY(!part);
    QCOMPARE(part.error().code, ca::ErrorCode::unwritable);
}

void TestPartFile::one_owner_does_not_remove_what_another_has_begun()
{
    const auto first = ca::PartFile::open(target());
    QVERIFY(first);
    QVERIFY(!ca::PartFile::open(target()));
    QVERIFY(std::filesystem::exists(target().string() + ".part")); // empty, and still held
}

void TestPartFile::the_disk_is_busy_while_bytes_arrive()
{
#ifdef Q_OS_LINUX
    auto part = ca::PartFile::open(target());
    QVERIFY(part);
    const std::vector<std::byte> megabyte(1 << 20);
    for (int i = 0; i < 130; ++i)
        QVERIFY(part->append(megabyte));
    QVERIFY(writeback_begun >= (130 - 64) * std::int64_t{1 << 20}); // so the last sync waits for 64 MB at most
#else
    QSKIP("Only Linux lets a program begin to write a file out and go on.");
#endif
}

QTEST_APPLESS_MAIN(TestPartFile)
#include "test_part_file.moc"

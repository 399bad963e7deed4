// SPDX-License-Identifier: GPL-3.0-or-later
// Exported files that this machine has no memory for, and a stop while one is read.
#include "core/base/json.h"
#include "core/quantize/export/export.h"
#include "tests/support/quantized.h"

#include <QTemporaryDir>
#include <QtTest>

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

namespace {

/// While it lives, this process gets no more memory than it has and so many bytes.
class MemoryLimit {
public:
    explicit MemoryLimit(rlim_t more)
    {
        getrlimit(RLIMIT_AS, &before_);
        rlim_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const rlimit now{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + more, before_.rlim_max};
        holds_ = pages > 0 && setrlimit(RLIMIT_AS, &now) == 0;
    }
    ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
    MemoryLimit(const MemoryLimit &) = delete;
    MemoryLimit &operator=(const MemoryLimit &) = delete;

    [[nodiscard]] bool holds() const { return holds_; }

private:
    rlimit before_{};
    bool holds_ = false;
};

/// A safetensors file in two parts.
struct Halves {
    std::string header, payload;
    std::uintmax_t hole = 0; ///< bytes behind the payload

    static Halves of(const std::filesystem::path &file)
    {
        std::ifstream stream(file, std::ios::binary);
        std::uint64_t length = 0;
        stream.read(reinterpret_cast<char *>(&length), sizeof(length));
        Halves halves{std::string(length, ' '), {}};
        stream.read(halves.header.data(), static_cast<std::streamsize>(length));
        halves.payload.assign(std::istreambuf_iterator<char>(stream), {});
        return halves;
    }

    /// The tensor becomes one of three columns of float32 that is nothing but a hole; the bytes that it had become another's.
    void grow(const std::string &tensor, std::uint64_t rows)
    {
        auto names = ca::Json::parse(header);
        auto &entry = names.at(tensor);
        const auto place = entry.at("data_offsets").get<std::array<std::uint64_t, 2>>();
        const ca::Json rest{{"dtype", "U8"}, {"shape", {place[1] - place[0]}}, {"data_offsets", place}};
        hole = rows * 3 * sizeof(float);
        entry = {{"dtype", "F32"}, {"shape", {rows, 3}}, {"data_offsets", {payload.size(), payload.size() + hole}}};
        names["rest"] = rest;
        header = names.dump();
    }

    [[nodiscard]] bool write(const std::filesystem::path &file) const
    {
        const std::uint64_t length = header.size();
        std::ofstream stream(file, std::ios::binary);
        stream.write(reinterpret_cast<const char *>(&length), sizeof(length));
        stream << header << payload << std::flush;
        std::error_code failed;
        std::filesystem::resize_file(file, sizeof(length) + length + payload.size() + hole, failed);
        return stream && !failed;
    }
};

} // namespace

class TestExportLimits final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void says_where_memory_does_not_suffice_data();
    void says_where_memory_does_not_suffice();
    void hears_a_stop_while_it_reads();

private:
    void write(const char *method) const
    {
        const auto written = ca::write_export(quantized_net(folder_.path().toStdString(), "cnn", method), file());
        if (!written)
            qFatal("%s", written.error().text().c_str());
    }
    std::filesystem::path file() const { return folder_.filePath("written.safetensors").toStdString(); }

    QTemporaryDir folder_;
};

void TestExportLimits::says_where_memory_does_not_suffice_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("tensor");
    QTest::addColumn<quint64>("limit");
    constexpr quint64 kMegabyte = 1U << 20U;
    QTest::newRow("for a weight") << "fp32"
                                  << "conv1.weight" << 1024 * kMegabyte;
    QTest::newRow("for the ranges of activations") << "static-int8"
                                                   << "compression_agent.ranges" << 1024 * kMegabyte;
    QTest::newRow("for the header") << "fp32"
                                    << "" << 16 * kMegabyte;
}

/// Files that are as large as they say: with a tensor of 3 TB that is a hole, or with the longest header that is read.
void TestExportLimits::says_where_memory_does_not_suffice()
{
#ifdef CA_SANITIZED
    QSKIP("The address sanitizer cannot live with a limit on memory.");
#endif
    QFETCH(QString, method);
    QFETCH(QString, tensor);
    QFETCH(quint64, limit);
    write(method.toLatin1().constData());
    Halves halves = Halves::of(file());
    if (tensor.isEmpty())
        halves.header.resize(std::size_t{32} << 20U, ' ');
    else
        halves.grow(tensor.toStdString(), std::uint64_t{1} << 38U);
    if (!halves.write(file()))
        QSKIP("The folder for temporary files takes no file of 3 TB that is a hole.");
    const MemoryLimit memory(limit);
    QVERIFY(memory.holds());
    QCOMPARE(ca::is_export(file()), !tensor.isEmpty());
    const auto back = ca::read_export(file(), 1, {}, {});
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::out_of_memory);
}

void TestExportLimits::hears_a_stop_while_it_reads()
{
    write("int8-weight");
    std::stop_source stop;
    const ca::Progress progress([&](const ca::ProgressReport &) { stop.request_stop(); });
    const auto back = ca::read_export(file(), 1, stop.get_token(), progress);
    QVERIFY(!back);
    QCOMPARE(back.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestExportLimits)
#include "test_export_limits.moc"

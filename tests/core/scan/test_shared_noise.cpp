// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/inspect_file.h"
#include "core/files/weight_file.h"
#include "core/scan/weight_scan.h"
#include "tests/support/shared_files.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace {

/// Places in kScanBits.
constexpr std::size_t kAt4 = 2, kAt8 = 5;
static_assert(ca::kScanBits[kAt4] == 4 && ca::kScanBits[kAt8] == 8);

/// How far closed forms lie from measurements, over the layers whose fit is not flagged.
struct Agreement {
    std::size_t layers = 0, flagged = 0;
    std::size_t within_at_8 = 0, within_at_4 = 0;

    std::size_t unflagged() const { return layers - flagged; }
    void add(const ca::WeightScan &scan);
    void add(const Agreement &other);
    QString text() const;
};

bool within(const ca::WeightScan &scan, std::size_t bits, double tolerance)
{
    return std::abs(scan.beta_noise[bits] / scan.measured.tensor[bits] - 1) <= tolerance;
}

void Agreement::add(const ca::WeightScan &scan)
{
    ++layers;
    if (scan.fits.moments.bad_fit) {
        ++flagged;
        return;
    }
    within_at_8 += within(scan, kAt8, 0.05) ? 1 : 0;
    within_at_4 += within(scan, kAt4, 0.15) ? 1 : 0;
}

void Agreement::add(const Agreement &other)
{
    layers += other.layers;
    flagged += other.flagged;
    within_at_8 += other.within_at_8;
    within_at_4 += other.within_at_4;
}

QString Agreement::text() const
{
    return QStringLiteral("%1 of %2 layers flagged; of the others within 5 % at 8 bits %3, within 15 % at 4 bits %4")
        .arg(flagged)
        .arg(layers)
        .arg(within_at_8)
        .arg(within_at_4);
}

/// The layers that the file of a model holds, scanned.
std::optional<Agreement> agreement_of(const std::filesystem::path &file)
{
    const auto inspected = ca::inspect_file(file);
    const auto weights = ca::WeightFile::open(file);
    if (!inspected || !weights)
        return std::nullopt;
    Agreement agreement;
    for (const ca::FileLayer &layer : inspected->layers) {
        if (layer.kind == ca::TensorRole::other || layer.dtype != "float32")
            continue;
        auto index = weights->find(layer.name + ".weight");
        index = index ? index : weights->find(layer.name + "_weight"); // a projection of attention
        const auto bytes =
            index ? weights->read(*index) : ca::Result<std::vector<std::byte>>(ca::fail(ca::ErrorCode::failed, {}));
        if (!bytes)
            return std::nullopt;
        std::vector<float> values(bytes->size() / sizeof(float));
        std::memcpy(values.data(), bytes->data(), bytes->size());
        const auto scan = ca::scan_weight({values, static_cast<std::size_t>(layer.shape[0])}, {}, {});
        if (!scan)
            return std::nullopt;
        agreement.add(*scan);
    }
    return agreement;
}

} // namespace

/// What DESIGN.md section 5 claims of the closed form, on the models that lie beside a checkout.
class TestSharedNoise final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void flags_few_fits_and_predicts_the_noise_of_the_others();
};

void TestSharedNoise::flags_few_fits_and_predicts_the_noise_of_the_others()
{
    struct Case {
        const char *file;
        std::size_t layers;
        double flagged; ///< at most so large a part
    };
    const std::vector<Case> cases{{"models/resnet18_cifar10.traced.pt", 21, 0.6}, // many of its layers have heavy tails
                                  {"models/mobilenet_v2_cifar10.pth", 53, 0.08},
                                  {"models/vit_cifar10.safetensors", 30, 0.08},
                                  {"models/clip-tiny", 72, 0.08}};
    Agreement all;
    for (const Case &model : cases) {
        const auto file = shared_file(model.file);
        if (!file)
            QSKIP("The shared models are not there.");
        const auto agreement = agreement_of(*file);
        QVERIFY2(agreement, model.file);
        qInfo("%s: %s", model.file, qPrintable(agreement->text()));
        QCOMPARE(agreement->layers, model.layers);
        QVERIFY(static_cast<double>(agreement->flagged) <= model.flagged * static_cast<double>(agreement->layers));
        all.add(*agreement);
    }
    qInfo("all: %s", qPrintable(all.text()));
    QVERIFY(static_cast<double>(all.within_at_8) >= 0.95 * static_cast<double>(all.unflagged()));
    QVERIFY(static_cast<double>(all.within_at_4) >= 0.95 * static_cast<double>(all.unflagged()));
}

QTEST_APPLESS_MAIN(TestSharedNoise)
#include "test_shared_noise.moc"

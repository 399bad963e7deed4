// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/preprocess.h"
#include "core/model/model.h"
#include "tests/support/shared_files.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

/// From a file with pictures to logits, against numbers that Python wrote for the same picture.
class TestSharedLogits final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void of_the_first_test_image_are_those_of_python_data();
    void of_the_first_test_image_are_those_of_python();
};

void TestSharedLogits::of_the_first_test_image_are_those_of_python_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("data");
    QTest::newRow("ResNet-18") << "resnet18_cifar10.traced.pt"
                               << "resnet18_cifar10"
                               << "cifar10";
    QTest::newRow("MobileNetV2") << "mobilenet_v2_cifar10.traced.pt"
                                 << "mobilenet_v2_cifar10"
                                 << "cifar10";
    QTest::newRow("ViT") << "vit_cifar10.scripted.pt"
                         << "vit_cifar10"
                         << "cifar10";
    QTest::newRow("CLIP") << "clip_tiny_pictogram10.traced.pt"
                          << "clip_tiny_pictogram10"
                          << "pictogram10";
}

void TestSharedLogits::of_the_first_test_image_are_those_of_python()
{
    QFETCH(QString, file);
    QFETCH(QString, key);
    QFETCH(QString, data);
    const auto path = shared_file("models/" + file.toStdString()), folder = shared_file("data/" + data.toStdString()),
               known = shared_file("models/expected.json");
    if (!path || !folder || !known)
        QSKIP("The shared models are not beside this checkout.");
    std::ifstream stream(*known);
    const auto expected = nlohmann::json::parse(stream)["models"][key.toStdString()]["logits_first"].get<std::vector<float>>();
    const auto model = ca::load_model(*path, {}, {}, {});
    const auto opened = ca::open_data_folder(*folder, 0);
    QVERIFY(model && opened);
    ca::ImageBatch image{1, 3, 32, 32, std::vector<float>(3 * 32 * 32)};
    const std::vector<std::uint32_t> first{0};
    ca::preprocess(*opened->all.images, first, *ca::parse_preprocess("cifar10"), image.values);
    const auto logits = ca::run(model->program, image);
    QVERIFY(logits);
    QCOMPARE(logits->values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2(std::abs(logits->values[i] - expected[i]) < 2e-4F,
                 qPrintable(QString("%1 and %2").arg(logits->values[i]).arg(expected[i])));
}

QTEST_APPLESS_MAIN(TestSharedLogits)
#include "test_shared_logits.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"
#include "core/search/mixed.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

/// Bits by noise where weights are no numbers.
class TestMixedWeights final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_the_others_what_they_need_where_a_layer_has_no_numbers_data();
    void gives_the_others_what_they_need_where_a_layer_has_no_numbers();

private:
    QTemporaryDir folder_;
};

namespace {

ca::Model with_weight(ca::Model model, std::size_t layer, const at::Tensor &weight)
{
    ca::Program::Data data = model.program.data();
    data.constants[ca::constant_index(data.layer_weights[layer])].value = weight;
    model.program = ca::finish(std::move(data));
    return model;
}

} // namespace

void TestMixedWeights::gives_the_others_what_they_need_where_a_layer_has_no_numbers_data()
{
    QTest::addColumn<float>("value");
    QTest::newRow("not a number") << std::nanf("");
    QTest::newRow("infinity") << INFINITY;
}

/// A layer of zeros loses nothing at any width either, so the others get the same.
void TestMixedWeights::gives_the_others_what_they_need_where_a_layer_has_no_numbers()
{
    QFETCH(float, value);
    const auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "cnn"), {}, {}, {});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    const ca::Layer &layer = model->program.layers()[2];
    at::Tensor broken = at::tensor(model->program.weight(layer.index)).view(layer.shape);
    broken.view(-1)[5] = value;
    for (const double average : {3.0, 4.0, 5.5}) {
        const auto found = ca::mixed_by_noise(with_weight(*model, 2, broken), average),
                   wanted = ca::mixed_by_noise(with_weight(*model, 2, at::zeros(layer.shape)), average);
        QVERIFY(found && wanted);
        QVERIFY(found->recipe.layers == wanted->recipe.layers);
    }
}

QTEST_APPLESS_MAIN(TestMixedWeights)
#include "test_mixed_weights_torch.moc"

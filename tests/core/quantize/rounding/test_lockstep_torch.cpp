// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/lockstep_torch.h"
#include "tests/support/datasets.h"

#include <ATen/Functions.h>

#include <QtTest>

#include <vector>

/// The float network and the quantized one side by side.
class TestLockstep final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lets_weights_go_that_no_step_reads_any_more();
};

namespace {

/// Four linear layers of 4 columns behind a cut of the image, the third with the first one's weight.
ca::Program chain()
{
    ca::Program::Data data;
    data.input = {3, 32, 32};
    int last = data.new_slot();
    data.steps.push_back({"t::cut",
                          "",
                          [](ca::Stack &s) { s[0] = s[0].toTensor().flatten(1).narrow(1, 0, 4).contiguous(); },
                          {0},
                          {last},
                          -1,
                          {}});
    for (std::size_t layer = 0; layer < 3; ++layer) {
        data.layers.push_back({.index = ca::layer_index(layer),
                               .name = "layer" + std::to_string(layer),
                               .kind = ca::LayerKind::linear,
                               .shape = {4, 4}});
        data.layer_weights.push_back(data.add(at::eye(4, at::kFloat), data.layers.back().name + ".weight"));
    }
    for (const std::size_t layer : {0, 1, 0, 2}) {
        const int out = data.new_slot();
        data.steps.push_back({"aten::linear",
                              "",
                              ca::find_kernel("aten::linear", "", 1),
                              {last, data.layer_weights[layer], data.add({})},
                              {out},
                              static_cast<int>(layer),
                              {}});
        last = out;
    }
    data.output = last;
    return ca::finish(std::move(data));
}

/// Counts how many of its weights are gone.
class Weights {
public:
    at::Tensor make()
    {
        auto *values = new std::vector<float>(16, 0.5F);
        return at::from_blob(
            values->data(), {4, 4},
            [this, values](void *) {
                delete values;
                ++gone_;
            },
            at::TensorOptions(at::kFloat));
    }
    [[nodiscard]] int gone() const { return gone_; }

private:
    int gone_ = 0;
};

} // namespace

void TestLockstep::lets_weights_go_that_no_step_reads_any_more()
{
    Weights weights; // outlives the networks
    const ca::Program program = chain();
    ca::Lockstep both(program.data());
    const ca::Calibration calibration(whole_split(coloured_images(1, 8, 1)), {});
    ca::InputSpec input;
    input.height = input.width = 32;
    QVERIFY(both.read(calibration, 8, input, 1, {}));
    QVERIFY(both.advance(1, 1, {})); // the cut has run
    both.set_weight(0, weights.make());
    QVERIFY(both.advance(2, 1, {}));
    both.set_weight(1, weights.make());
    QCOMPARE(weights.gone(), 0);
    QVERIFY(both.advance(3, 1, {})); // the first layer is read once more, the second is not
    QCOMPARE(weights.gone(), 1);
    QVERIFY(both.advance(4, 1, {}));
    QCOMPARE(weights.gone(), 2);
}

QTEST_APPLESS_MAIN(TestLockstep)
#include "test_lockstep_torch.moc"

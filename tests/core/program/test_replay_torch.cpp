// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/model.h"
#include "core/program/fusion_torch.h"
#include "core/program/replay_torch.h"
#include "tests/support/models.h"
#include "tests/support/scripted_nets_torch.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

class TestReplay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void goes_on_from_any_step_to_the_same_bits_data();
    void goes_on_from_any_step_to_the_same_bits();
    void runs_variants_in_place_of_steps();
    void keeps_what_it_is_told_to();
    void reruns_only_what_fixed_values_change();
    void stops();
};

namespace {

/// relu(x W1) + fixed, fixed = relu(C) where C is constant: one fixed step, three that change.
struct Small {
    ca::Program program;
    at::Tensor weight, constant;
};

ca::Step step_of(const char *op, const char *overload, std::vector<ca::Operand> in, int out)
{
    return {op, overload, ca::find_kernel(op, overload, 1), std::move(in), {out}, -1, {}};
}

Small make_small()
{
    Small small;
    small.weight = at::arange(12, at::kFloat).view({3, 4}) - 5;
    small.constant = at::arange(4, at::kFloat) - 2;
    ca::Program::Data data;
    data.input = {3, 1, 1};
    const auto weight = data.add(small.weight), constant = data.add(small.constant), one = data.add(std::int64_t{1});
    const int fixed = data.new_slot(), product = data.new_slot(), positive = data.new_slot(), sum = data.new_slot();
    data.steps.push_back(step_of("aten::relu", "", {constant}, fixed));
    data.steps.push_back(step_of("aten::matmul", "", {0, weight}, product));
    data.steps.push_back(step_of("aten::relu", "", {product}, positive));
    data.steps.push_back(step_of("aten::add", "Tensor", {positive, fixed, one}, sum));
    data.output = sum;
    small.program = ca::finish(std::move(data));
    return small;
}

bool same(const at::Tensor &a, const at::Tensor &b)
{
    return a.defined() && b.defined() && at::equal(a, b);
}

} // namespace

void TestReplay::goes_on_from_any_step_to_the_same_bits_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<bool>("fused");
    for (const std::string &kind : recordable_nets())
        for (const bool fused : {false, true})
            QTest::addRow("%s, %s", kind.c_str(), fused ? "fused" : "plain") << QString::fromStdString(kind) << fused;
}

void TestReplay::goes_on_from_any_step_to_the_same_bits()
{
    QFETCH(QString, kind);
    QFETCH(bool, fused);
    const QTemporaryDir folder;
    const auto model = ca::load_model(write_scripted_net(folder.path().toStdString(), kind.toStdString()), {}, {}, {});
    QVERIFY(model);
    const auto program = fused ? ca::fuse(model->program) : ca::Result<ca::Program>(model->program);
    QVERIFY(program);
    const ca::Program::Data &data = program->data();
    const c10::InferenceMode inference;
    at::set_num_threads(1);
    const ca::ImageBatch images = random_images(3, data.input[0], data.input[1], data.input[2]);
    const at::Tensor whole = ca::execute(data, ca::as_tensor(images), {});
    ca::HeldRun held(data, ca::as_tensor(images));
    for (std::size_t step = data.fixed_steps; step <= data.steps.size(); ++step) {
        QVERIFY(held.advance(step, {}));
        QVERIFY2(same(held.finish({}, {}), whole), qPrintable(QStringLiteral("held before step %1").arg(step)));
        QVERIFY(same(held.finish({}, {}), whole)); // and again: nothing was used up
    }
}

void TestReplay::runs_variants_in_place_of_steps()
{
    const c10::InferenceMode inference;
    const Small small = make_small();
    const ca::Program::Data &data = small.program.data();
    QCOMPARE(data.fixed_steps, std::size_t{1});
    const at::Tensor images = at::ones({2, 3});
    const at::Tensor other = small.weight * 2;
    ca::Step doubled = data.steps[1];
    doubled.kernel = [other](ca::Stack &stack) {
        const at::Tensor product = at::matmul(stack[0].toTensor(), other);
        stack = {product};
    };
    const ca::Variant variant{{1, doubled}};
    ca::HeldRun held(data, images);
    const at::Tensor expected = at::relu(at::matmul(images, other)) + at::relu(small.constant);
    QVERIFY(same(held.finish(variant, {}), expected));
    QVERIFY(same(ca::execute(ca::with_variant(data, variant), images, {}), expected));
    QVERIFY(same(held.finish({}, {}), at::relu(at::matmul(images, small.weight)) + at::relu(small.constant)));
}

void TestReplay::keeps_what_it_is_told_to()
{
    const c10::InferenceMode inference;
    const Small small = make_small();
    const ca::Program::Data &data = small.program.data();
    const int positive = data.steps[2].out[0];
    ca::HeldRun held(data, at::ones({1, 3}), {positive, 0});
    QCOMPARE(held.kept().size(), std::size_t{1}); // the images; the other has not run
    QVERIFY(held.advance(data.steps.size(), {}));
    QCOMPARE(held.kept().size(), std::size_t{2});
    QCOMPARE(held.kept()[1].first, positive);
    QVERIFY(same(held.kept()[1].second.toTensor(), at::relu(at::matmul(at::ones({1, 3}), small.weight))));
}

void TestReplay::reruns_only_what_fixed_values_change()
{
    const c10::InferenceMode inference;
    const Small small = make_small();
    const ca::Program::Data &data = small.program.data();
    const ca::Tail tail(data, {0});
    QCOMPARE(tail.needs(), std::vector<int>{data.steps[2].out[0]}); // the addition alone reads what the fixed step gave
    ca::Step other = data.steps[0];
    other.kernel = [](ca::Stack &stack) {
        const at::Tensor value = at::abs(stack[0].toTensor());
        stack = {value};
    };
    const ca::Variant variant{{0, other}};
    ca::HeldFixedRun fixed(data);
    const auto values = fixed.values(variant, {});
    QVERIFY(values);
    const at::Tensor images = at::ones({2, 3});
    ca::HeldRun unchanged(data, images, tail.needs());
    QVERIFY(unchanged.advance(data.steps.size(), {}));
    const at::Tensor output = tail.run(variant, *values, unchanged.kept(), {});
    QVERIFY(same(output, at::relu(at::matmul(images, small.weight)) + at::abs(small.constant)));
}

void TestReplay::stops()
{
    const c10::InferenceMode inference;
    const Small small = make_small();
    std::stop_source stop;
    stop.request_stop();
    ca::HeldRun held(small.program.data(), at::ones({1, 3}));
    QVERIFY(!held.advance(3, stop.get_token()));
    QVERIFY(!held.finish({}, stop.get_token()).defined());
    QVERIFY(!ca::HeldFixedRun(small.program.data()).values({}, stop.get_token()));
}

QTEST_APPLESS_MAIN(TestReplay)
#include "test_replay_torch.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/program_torch.h"
#include "tests/support/models.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <QtTest>

#include <atomic>
#include <thread>

/// Steps that read constants alone: CLIP's text tower is one.
class TestFixedSteps final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void run_once_however_often_the_program_runs();
    void run_once_from_several_threads();
    void come_first_and_keep_their_order();
    void are_seen_by_an_observer_of_all();
    void are_not_seen_by_an_observer_of_what_changes();
    void have_no_share_in_a_profile();
    void run_again_after_a_stop();
    void run_again_after_a_failure();
};

namespace {

/// images -> sum of each image (step A), 3 -> 6 (B), 6 -> 7 (C), A + C (D); written in the order A, B, C, D.
struct Net {
    ca::Program program;
    std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0); ///< of B
    std::shared_ptr<std::atomic<bool>> fails = std::make_shared<std::atomic<bool>>(false);

    Net()
    {
        ca::Program::Data data;
        data.input = {1, 2, 2};
        const auto slot = [&] { return data.new_slot(); };
        const int sums = slot(), doubled = slot(), more = slot(), out = slot();
        const ca::Operand three = data.add(at::full({1, 1}, 3.0));
        data.steps.push_back(
            {"A", "", [](ca::Stack &stack) { stack[0] = stack[0].toTensor().flatten(1).sum(1, true); }, {0}, {sums}, -1, {}});
        data.steps.push_back({"B",
                              "",
                              [runs = runs, fails = fails](ca::Stack &stack) {
                                  ++*runs;
                                  if (*fails)
                                      throw std::runtime_error("no luck");
                                  stack[0] = stack[0].toTensor() * 2;
                              },
                              {three},
                              {doubled},
                              -1,
                              {}});
        data.steps.push_back({"C", "", [](ca::Stack &stack) { stack[0] = stack[0].toTensor() + 1; }, {doubled}, {more}, -1, {}});
        data.steps.push_back({"D",
                              "",
                              [](ca::Stack &stack) {
                                  stack[0] = stack[0].toTensor() + stack[1].toTensor();
                                  stack.resize(1);
                              },
                              {sums, more},
                              {out},
                              -1,
                              {}});
        data.output = out;
        program = ca::finish(std::move(data));
    }
};

ca::ImageBatch ones(std::int64_t count)
{
    return {count, 1, 2, 2, std::vector<float>(static_cast<std::size_t>(count * 4), 1.0F)};
}

QStringList names(const ca::Program &program)
{
    QStringList names;
    for (const auto &step : program.steps())
        names << QString::fromStdString(step.op);
    return names;
}

} // namespace

void TestFixedSteps::run_once_however_often_the_program_runs()
{
    const Net net;
    for (const std::int64_t count : {1, 3, 2}) {
        const auto output = ca::run(net.program, ones(count));
        QVERIFY(output);
        QCOMPARE(output->values, std::vector<float>(static_cast<std::size_t>(count), 4 + 7));
    }
    QCOMPARE(net.runs->load(), 1);
}

void TestFixedSteps::run_once_from_several_threads()
{
    const Net net;
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                const auto output = ca::run(net.program, ones(2));
                right += output && output->values == std::vector<float>{11, 11} ? 1 : 0;
            });
    }
    QCOMPARE(right.load(), 4);
    QCOMPARE(net.runs->load(), 1);
}

void TestFixedSteps::come_first_and_keep_their_order()
{
    const Net net;
    QCOMPARE(names(net.program), QStringList({"B", "C", "A", "D"}));
    QCOMPARE(net.program.data().fixed_steps, std::size_t{2});
}

void TestFixedSteps::are_seen_by_an_observer_of_all()
{
    const Net net;
    QVERIFY(ca::run(net.program, ones(1)));
    std::vector<std::size_t> seen;
    const ca::Observer observer = [&](std::size_t step, const auto &) { seen.push_back(step); };
    (void)ca::execute(net.program.data(), at::ones({1, 1, 2, 2}), {}, observer);
    QCOMPARE(seen, (std::vector<std::size_t>{0, 1, 2, 3}));
}

void TestFixedSteps::are_not_seen_by_an_observer_of_what_changes()
{
    const Net net;
    std::vector<std::size_t> seen;
    const ca::Observer observer = [&](std::size_t step, const auto &) { seen.push_back(step); };
    (void)ca::execute(net.program.data(), at::ones({1, 1, 2, 2}), {}, observer, ca::Observed::changing);
    QCOMPARE(seen, (std::vector<std::size_t>{2, 3}));
}

void TestFixedSteps::have_no_share_in_a_profile()
{
    const Net net;
    const auto times = ca::profile(net.program, ones(1), 3, 1);
    QVERIFY(times);
    QCOMPARE(times->size(), std::size_t{4});
    QCOMPARE((*times)[0], 0.0);
    QCOMPARE((*times)[1], 0.0);
    QVERIFY((*times)[2] > 0);
}

void TestFixedSteps::run_again_after_a_stop()
{
    const Net net;
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = ca::run(net.program, ones(1), stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ca::ErrorCode::cancelled);
    const auto output = ca::run(net.program, ones(1));
    QVERIFY(output);
    QCOMPARE(output->values, std::vector<float>{11});
}

void TestFixedSteps::run_again_after_a_failure()
{
    const Net net;
    *net.fails = true;
    QVERIFY(!ca::run(net.program, ones(1)));
    *net.fails = false;
    const auto output = ca::run(net.program, ones(1));
    QVERIFY(output);
    QCOMPARE(output->values, std::vector<float>{11});
}

QTEST_APPLESS_MAIN(TestFixedSteps)
#include "test_fixed_steps_torch.moc"

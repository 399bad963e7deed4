// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/rounding/cholesky_torch.h"
#include "tests/support/row_problems_torch.h"

#include <QtTest>

/// Factors of matrices in one block and in many, against what they are factors of.
class TestCholesky final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void factorises_the_inverse_data();
    void factorises_the_inverse();
    void solves_data() { factorises_the_inverse_data(); }
    void solves();
    void is_the_same_for_any_number_of_threads();
    void says_what_is_not_positive_definite_data() { factorises_the_inverse_data(); }
    void says_what_is_not_positive_definite();
    void stops_when_asked();
};

void TestCholesky::factorises_the_inverse_data()
{
    QTest::addColumn<int>("columns");
    for (const int columns : {1, 30, 1024, 1025, 1300}) // up to 1,024 in one block, then in blocks of 256
        QTest::addRow("%d columns", columns) << columns;
}

void TestCholesky::factorises_the_inverse()
{
    QFETCH(int, columns);
    const c10::InferenceMode inference;
    const at::Tensor hessian = random_problem(1, columns, 2).hessian, factor = *ca::inverse_factor(hessian, 2, {});
    QVERIFY(factor.defined() && factor.scalar_type() == at::kFloat);
    QVERIFY(at::equal(factor, at::triu(factor)));
    const at::Tensor wide = factor.to(at::kDouble), one = at::mm(at::mm(wide.t(), wide), hessian.to(at::kDouble));
    QVERIFY(at::allclose(one, at::eye(columns, at::kDouble), 0, 2e-3));
}

void TestCholesky::solves()
{
    QFETCH(int, columns);
    const c10::InferenceMode inference;
    const auto problem = random_problem(7, columns, 3);
    const auto factor = ca::Cholesky::of(problem.hessian, 2, {});
    QVERIFY(factor && *factor);
    const at::Tensor right = problem.target.t(), found = (*factor)->solve(right, {});
    const at::Tensor back = at::mm(problem.hessian.to(at::kDouble), found.to(at::kDouble));
    QVERIFY(at::allclose(back, right.to(at::kDouble), 0, 1e-3 * right.abs().max().item<double>()));
}

void TestCholesky::is_the_same_for_any_number_of_threads()
{
    const c10::InferenceMode inference;
    const at::Tensor hessian = random_problem(1, 1300, 5).hessian;
    QVERIFY(at::equal(*ca::inverse_factor(hessian, 1, {}), *ca::inverse_factor(hessian, 3, {})));
}

void TestCholesky::says_what_is_not_positive_definite()
{
    QFETCH(int, columns);
    const c10::InferenceMode inference;
    at::Tensor hessian = at::eye(columns, at::kFloat);
    hessian[columns - 1][columns - 1] = -1; // found at the end
    const auto factor = ca::Cholesky::of(hessian, 2, {});
    QVERIFY(factor && !*factor);
    const auto inverse = ca::inverse_factor(hessian, 2, {});
    QVERIFY(inverse && !inverse->defined());
}

void TestCholesky::stops_when_asked()
{
    const c10::InferenceMode inference;
    const at::Tensor hessian = random_problem(1, 1300, 5).hessian;
    const auto factor = ca::Cholesky::of(hessian, 2, {});
    QVERIFY(factor && *factor);
    std::stop_source source;
    source.request_stop();
    const auto again = ca::Cholesky::of(hessian, 2, source.get_token());
    QVERIFY(!again);
    QCOMPARE(again.error().code, ca::ErrorCode::cancelled);
    QVERIFY(!(*factor)->solve(hessian, source.get_token()).defined());
    QVERIFY(!(*factor)->inverse(2, source.get_token()));
}

QTEST_APPLESS_MAIN(TestCholesky)
#include "test_cholesky_torch.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/math/policies/policy.hpp>

namespace ca {

/// What Boost.Math cannot evaluate gives a number or NaN, never an exception; and it computes in double, not in long double,
/// which takes a fifth of the time.
using NoThrow = boost::math::policies::policy<boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::pole_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::evaluation_error<boost::math::policies::ignore_error>,
                                              boost::math::policies::promote_double<false>>;

} // namespace ca

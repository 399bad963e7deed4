// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/pareto_svg.h"

#include "core/report/writers/svg.h"

namespace ca {

std::string pareto_svg(const std::vector<ChartPoint> &points, const std::string &title)
{
    return report::to_svg(report::pareto_drawing(points, title));
}

} // namespace ca

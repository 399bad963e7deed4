// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/report/pagination.h"

#include <cstddef>

namespace ca::report {
namespace {

/// How far a page that begins with `first` and has `room` goes: the strip behind its last.
std::size_t end_of_page(const std::vector<Strip> &strips, std::size_t first, double room)
{
    const double top = strips[first].band.top;
    std::size_t end = first + 1;
    while (end < strips.size() && !strips[end].new_page && strips[end].band.bottom - top <= room)
        ++end;
    if (end == strips.size() || strips[end].new_page)
        return end;
    for (std::size_t cut = end; cut > first; --cut)
        if (!strips[cut - 1].keep_with_next)
            return cut;
    return end;
}

} // namespace

std::vector<Page> paginate(const std::vector<Strip> &strips, double height)
{
    std::vector<Page> pages;
    for (std::size_t first = 0; first < strips.size();) {
        Page page{.body = strips[first].band, .head = strips[first].head};
        double room = height - (page.head ? page.head->height() : 0);
        if (room < height / 2) { // a head that would leave nothing for what is below it
            page.head.reset();
            room = height;
        }
        const std::size_t end = end_of_page(strips, first, room);
        page.body.bottom = strips[end - 1].band.bottom;
        for (; page.body.height() > room; page.body.top += room)
            pages.push_back({{page.body.top, page.body.top + room}, page.head});
        pages.push_back(page);
        first = end;
    }
    return pages;
}

} // namespace ca::report

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_cache.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr std::size_t kMostBytes = 256U << 20U; // a scan of a thousand layers has some 30 MB

/// Numbers that JSON has no word for are null.
Json number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

double number_in(const Json &value)
{
    return value.is_number() ? value.get<double>() : std::numeric_limits<double>::infinity();
}

bool is_count(const Json &value)
{
    return value.is_number_unsigned();
}

Json numbers(const std::array<double, kFactors> &values)
{
    Json list = Json::array();
    for (const double value : values)
        list.push_back(number(value));
    return list;
}

bool take_numbers(const Json &list, std::array<double, kFactors> &into)
{
    if (!list.is_array() || list.size() != kFactors)
        return false;
    std::transform(list.begin(), list.end(), into.begin(), number_in);
    return true;
}

/// A line is [cell, [kl …], [slope …], cosine, changed, images].
std::optional<std::pair<std::string, DivergenceSums>> parse_line(std::string_view line)
{
    const auto json = parse_json(line, "A line of the scan's cache");
    if (!json || !json->is_array() || json->size() != 6 || !json->at(0).is_string())
        return std::nullopt;
    DivergenceSums sums;
    if (!take_numbers(json->at(1), sums.kl) || !take_numbers(json->at(2), sums.slope) || !is_count(json->at(4))
        || !is_count(json->at(5)))
        return std::nullopt;
    sums.cosine = number_in(json->at(3));
    sums.changed = json->at(4).get<std::size_t>();
    sums.images = json->at(5).get<std::size_t>();
    return std::pair(json->at(0).get<std::string>(), sums);
}

} // namespace

Result<DivergenceCache> DivergenceCache::open(const std::filesystem::path &folder, const std::string &key)
{
    DivergenceCache cache;
    if (folder.empty())
        return cache;
    if (const auto writable = make_writable_folder(folder); !writable)
        return forward(writable);
    const std::filesystem::path file = folder / (sha256(key) + ".divergence");
    bool torn = false;
    if (const auto text = read_file(file, kMostBytes)) {
        torn = !text->empty() && text->back() != '\n';
        for (std::size_t at = 0; at < text->size();) {
            const std::size_t end = std::min(text->find('\n', at), text->size());
            if (auto line = parse_line(std::string_view(*text).substr(at, end - at)))
                cache.cells_.insert_or_assign(std::move(line->first), line->second);
            at = end + 1;
        }
    }
    cache.file_.open(file, std::ios::app | std::ios::binary);
    if (!cache.file_)
        return fail(ErrorCode::unwritable,
                    "The file " + file.string() + " cannot be written. Choose another folder for the cache.");
    if (torn)
        cache.file_ << '\n';
    return cache;
}

std::optional<DivergenceSums> DivergenceCache::find(const std::string &cell) const
{
    const auto found = cells_.find(cell);
    return found == cells_.end() ? std::nullopt : std::optional(found->second);
}

void DivergenceCache::put(const std::string &cell, const DivergenceSums &sums)
{
    cells_.insert_or_assign(cell, sums);
    if (!file_.is_open())
        return;
    const Json line = Json::array({cell, numbers(sums.kl), numbers(sums.slope), number(sums.cosine), sums.changed, sums.images});
    file_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n' << std::flush; // in one piece
}

} // namespace ca

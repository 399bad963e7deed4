// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_cache.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"

#include <cmath>
#include <limits>

namespace ca {
namespace {

constexpr std::size_t kMostBytes = 64U << 20U; // a scan of a thousand layers has some 5 MB

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

/// A line is [cell, kl, cosine, changed, images].
std::optional<std::pair<std::string, DivergenceSums>> parse_line(std::string_view line)
{
    const auto json = parse_json(line, "A line of the scan's cache");
    if (!json || !json->is_array() || json->size() != 5 || !(*json)[0].is_string() || !is_count((*json)[3])
        || !is_count((*json)[4]))
        return std::nullopt;
    return std::pair((*json)[0].get<std::string>(),
                     DivergenceSums{number_in((*json)[1]), number_in((*json)[2]), (*json)[3].get<std::size_t>(),
                                    (*json)[4].get<std::size_t>()});
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
    const Json line = Json::array({cell, number(sums.kl), number(sums.cosine), sums.changed, sums.images});
    file_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n' << std::flush;
}

} // namespace ca

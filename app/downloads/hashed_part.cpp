// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/downloads/hashed_part.h"

#include <vector>

namespace ca {

Result<HashedPart> HashedPart::open(const std::filesystem::path &target)
{
    auto file = PartFile::open(target);
    if (!file)
        return forward(file);
    return HashedPart(std::move(*file));
}

Result<bool> HashedPart::hash_some()
{
    if (hashed_ == size())
        return false;
    constexpr std::size_t kBlock = 4U << 20U; // bytes
    std::vector<std::byte> block(kBlock);
    const auto got = file_.read(hashed_, block);
    if (!got)
        return forward(got);
    hash_.add(std::span(block).first(*got));
    hashed_ += static_cast<std::int64_t>(*got);
    return true;
}

Status HashedPart::begin(PartOrigin origin)
{
    hash_ = Sha256();
    hashed_ = 0;
    return file_.begin(std::move(origin));
}

Status HashedPart::append(std::span<const std::byte> bytes)
{
    if (const auto kept = file_.append(bytes); !kept)
        return kept;
    hash_.add(bytes);
    hashed_ = size();
    return {};
}

} // namespace ca

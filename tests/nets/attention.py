# SPDX-License-Identifier: GPL-3.0-or-later
"""Small nets of tokens: attention as published families write it, mixers, and products with constant tables."""
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH, TOKENS = 16, 16  # patches of 8 x 8


class Patches(nn.Module):
    def __init__(self, width=WIDTH, side=8):
        super().__init__()
        self.proj = nn.Conv2d(3, width, side, side)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    """As in timm: q, k and v from one linear."""

    def __init__(self, width=WIDTH, heads=4):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        weights = (q * self.scale @ k.transpose(-2, -1)).softmax(dim=-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, attention, width=WIDTH):
        super().__init__()
        self.norm1, self.attn, self.norm2 = nn.LayerNorm(width), attention, nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.cls = Patches(), nn.Parameter(torch.randn(1, 1, WIDTH))
        self.pos, self.blocks = nn.Parameter(torch.randn(1, TOKENS + 1, WIDTH)), nn.Sequential(Block(Attention()), Block(Attention()))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, x):
        x = self.patches(x)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), dim=1) + self.pos
        return self.head(self.norm(self.blocks(x))[:, 0])


class EmbeddedPositions(nn.Module):
    """Positions from nn.Embedding, as in CLIP; attention by the library's own function."""

    def __init__(self):
        super().__init__()
        self.patches, self.pos = Patches(), nn.Embedding(TOKENS, WIDTH)
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.register_buffer("position_ids", torch.arange(TOKENS).expand((1, -1)))
        self.head = nn.Linear(WIDTH, 10, bias=False)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, [4, -1]).transpose(1, 2)

    def forward(self, x):
        x = self.patches(x) + self.pos(self.position_ids)
        mixed = F.scaled_dot_product_attention(self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x)))
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return self.head(x.mean(1))


class Colours(nn.Module):
    """Pixels as words of a vocabulary: an embedding of what the image shows, and a head that is tied to it."""

    def __init__(self):
        super().__init__()
        self.words, self.pos, self.mix, self.fc = nn.Embedding(32, WIDTH), nn.Embedding(64, WIDTH), nn.Linear(WIDTH, WIDTH), nn.Linear(32, 10)
        self.head = nn.Linear(WIDTH, 32)
        self.head.weight = self.words.weight

    def forward(self, x):
        words = (F.avg_pool2d(x, 4).mean(1).flatten(1).clamp(-1, 0.99) * 16 + 16).long()
        x = self.words(words) + self.pos(torch.arange(words.size(1), device=x.device))
        return self.fc(self.head(torch.tanh(self.mix(x))).amax(1))


class EinsumAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.qkv, self.head = Patches(), nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, 10)

    def forward(self, x):
        q, k, v = self.qkv(self.patches(x)).chunk(3, dim=-1)
        q, k, v = q.unflatten(-1, (4, 4)), k.unflatten(-1, (4, 4)), v.unflatten(-1, (4, 4))
        weights = torch.einsum("bihd,bjhd->bhij", q, k).div(2.0).softmax(-1)
        return self.head(torch.einsum("bhij,bjhd->bihd", weights, v).flatten(2).mean(1))


class EinsumWeights(nn.Module):
    """Linear layers in the words of einsum, and one with a matrix for each head."""

    def __init__(self):
        super().__init__()
        self.patches = Patches()
        self.heads, self.mix, self.out = (nn.Parameter(torch.randn(*shape) / 4) for shape in [(4, WIDTH, 4), (4, 4, 4), (4, 4, WIDTH)])
        self.tokens, self.last = nn.Parameter(torch.randn(TOKENS, TOKENS) / 4), nn.Parameter(torch.randn(WIDTH, 10) / 4)
        self.products = ["heads", "mix", "out", "tokens", "last"]

    def forward(self, x):
        x = torch.einsum("bnd,hde->bhne", self.patches(x), self.heads)
        x = torch.einsum("bhne,hef->bhnf", x, self.mix)
        x = torch.einsum("bhne,hed->bnd", F.gelu(x), self.out)
        x = torch.einsum("mn,bnd->bmd", self.tokens, x)
        return torch.einsum("...d,de->...e", x.mean(1), self.last)


class Products(nn.Module):
    """Constant sides of matmul, bmm, addmm and baddbmm, left and right."""

    def __init__(self):
        super().__init__()
        self.patches = Patches()
        table = lambda *shape: nn.Parameter(torch.randn(*shape) / 4)
        self.left, self.right, self.bias = table(TOKENS, TOKENS), table(WIDTH, WIDTH), table(WIDTH)
        self.heads, self.heads2, self.offsets = table(4, 4, 8), table(4, 8, 4), table(4, 1, 4)
        self.outer, self.gate, self.last = table(1, TOKENS, TOKENS), table(TOKENS, 1), table(WIDTH, 10)
        self.products = ["left", "right", "heads", "heads2", "outer", "gate", "last"]

    def forward(self, x):
        x = self.patches(x)
        x = torch.matmul(self.left, x) + torch.tanh(x @ self.right + self.bias)
        x = torch.matmul(self.outer, x)
        y = x.reshape(-1, 4, 4).transpose(0, 1)
        y = torch.baddbmm(self.offsets, torch.bmm(y, self.heads).relu(), self.heads2, beta=0.5, alpha=2.0)
        x = x + y.transpose(0, 1).reshape(x.shape)
        x = x * torch.matmul(x.transpose(1, 2), self.gate).transpose(1, 2).sigmoid()
        return torch.addmm(x.amax(1)[:, :10], x.mean(1), self.last, alpha=0.5)


class Swin(nn.Module):
    """Windows of 4 x 4 tokens, rolled in the second block, with a table of relative positions and a mask."""

    class Attention(nn.Module):
        def __init__(self, shift: int):
            super().__init__()
            self.shift, self.qkv, self.proj = shift, nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.table = nn.Parameter(torch.randn(49, 4))
            place = torch.stack(torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")).flatten(1)
            relative = (place[:, :, None] - place[:, None, :]).permute(1, 2, 0) + 3
            self.register_buffer("index", (relative[..., 0] * 7 + relative[..., 1]).flatten())

        def forward(self, x):
            batch, height, width, channels = x.shape
            shift = self.shift
            if shift > 0:
                x = torch.roll(x, shifts=(-shift, -shift), dims=(1, 2))
            windows = (height // 4) * (width // 4)
            x = x.view(batch, height // 4, 4, width // 4, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch * windows, 16, channels)
            qkv = self.qkv(x).reshape(x.size(0), 16, 3, 4, channels // 4).permute(2, 0, 3, 1, 4)
            scores = (qkv[0] * (channels // 4) ** -0.5).matmul(qkv[1].transpose(-2, -1))
            scores = scores + self.table[self.index].view(16, 16, -1).permute(2, 0, 1).contiguous().unsqueeze(0)
            if shift > 0:
                mask = x.new_zeros((height, width))
                count = 0
                for h in ((0, -4), (-4, -shift), (-shift, None)):
                    for w in ((0, -4), (-4, -shift), (-shift, None)):
                        mask[h[0] : h[1], w[0] : w[1]] = count
                        count += 1
                mask = mask.view(height // 4, 4, width // 4, 4).permute(0, 2, 1, 3).reshape(windows, 16)
                mask = mask.unsqueeze(1) - mask.unsqueeze(2)
                mask = mask.masked_fill(mask != 0, -100.0).masked_fill(mask == 0, 0.0)
                scores = scores.view(batch, windows, 4, 16, 16) + mask.unsqueeze(1).unsqueeze(0)
                scores = scores.view(-1, 4, 16, 16)
            x = self.proj(scores.softmax(-1).matmul(qkv[2]).transpose(1, 2).reshape(-1, 16, channels))
            x = x.view(batch, height // 4, width // 4, 4, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch, height, width, channels)
            return torch.roll(x, shifts=(shift, shift), dims=(1, 2)) if shift > 0 else x

    def __init__(self):
        super().__init__()
        self.patch, self.blocks = nn.Conv2d(3, WIDTH, 4, 4), nn.Sequential(Block(self.Attention(0)), Block(self.Attention(2)))
        self.reduction, self.norm, self.head = nn.Linear(4 * WIDTH, 24, bias=False), nn.LayerNorm(24), nn.Linear(24, 10)

    def forward(self, x):
        x = self.blocks(self.patch(x).permute(0, 2, 3, 1))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        return self.head(self.norm(self.reduction(x)).mean((1, 2)))


class Mixer(nn.Module):
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.tokens = nn.Sequential(nn.Linear(TOKENS, 24), nn.GELU(approximate="tanh"), nn.Linear(24, TOKENS))
            self.channels = nn.Sequential(nn.Linear(WIDTH, 48), nn.GELU(), nn.Linear(48, WIDTH))

        def forward(self, x):
            x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
            return x + self.channels(self.norm2(x))

    def __init__(self):
        super().__init__()
        self.patches, self.blocks, self.norm, self.head = Patches(), nn.Sequential(self.Block(), self.Block()), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, x):
        return self.head(self.norm(self.blocks(self.patches(x))).mean(dim=1))


class Encoder(nn.Module):
    """nn.TransformerEncoder: by its fused path where batches come first, else in parts."""

    def __init__(self, mask=False, padding=False, **options):
        super().__init__()
        batch_first = options.get("batch_first", True)
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 32, **{"batch_first": True, **options})
        self.patches, self.encoder, self.batch_first = Patches(), nn.TransformerEncoder(layer, 2, enable_nested_tensor=batch_first), batch_first
        self.head = nn.Linear(WIDTH, 10)
        self.register_buffer("mask", torch.ones(TOKENS, TOKENS).triu(1).bool() if mask else None)
        self.padding: bool = padding

    def forward(self, x):
        x = self.patches(x)
        if not self.batch_first:
            return self.head(self.encoder(x.transpose(0, 1)).mean(0))
        hidden: Optional[Tensor] = None
        if self.padding:
            hidden = torch.arange(x.size(1), device=x.device).expand(x.size(0), -1) >= 12
        return self.head(self.encoder(x, self.mask, hidden)[:, :12].mean(1))


class MultiHead(nn.Module):
    """nn.MultiheadAttention upon itself."""

    def __init__(self, need_weights=False, mask=False, **options):
        super().__init__()
        self.patches, self.attn, self.head = Patches(), nn.MultiheadAttention(WIDTH, 4, **options), nn.Linear(WIDTH, 10)
        self.batch_first, self.need_weights = options.get("batch_first", False), need_weights
        self.register_buffer("mask", torch.ones(TOKENS, TOKENS).triu(1).bool() if mask else None)

    def forward(self, x):
        x = self.patches(x)
        x = x if self.batch_first else x.transpose(0, 1)
        mixed, weights = self.attn(x, x, x, need_weights=self.need_weights, attn_mask=self.mask)
        if self.need_weights:
            assert weights is not None
            mixed = mixed * weights.amax()
        return self.head((x + mixed).mean(1 if self.batch_first else 0))


class CrossAttention(nn.Module):
    """Learned queries look at the tokens; in the second attention keys and values have widths of their own."""

    def __init__(self):
        super().__init__()
        self.patches, self.query = Patches(), nn.Embedding(5, WIDTH)
        self.first, self.second = nn.MultiheadAttention(WIDTH, 4, batch_first=True), nn.MultiheadAttention(WIDTH, 2, kdim=8, vdim=12)
        self.keys, self.values, self.head = nn.Linear(WIDTH, 8), nn.Linear(WIDTH, 12), nn.Linear(WIDTH, 10)
        self.left_out = ["query"]  # a parameter here: nothing is looked up

    def forward(self, x):
        x = self.patches(x)
        query = self.query.weight.unsqueeze(0).expand(x.size(0), -1, -1)
        query = query + self.first(query, x, x)[0]
        mixed = self.second(query.transpose(0, 1), self.keys(x).transpose(0, 1), self.values(x).transpose(0, 1))[0]
        return self.head((query + mixed.transpose(0, 1)).mean(1))


class Decoder(nn.Module):
    """nn.TransformerDecoder with learned queries, as in DETR."""

    def __init__(self):
        super().__init__()
        self.patches, self.queries = Patches(), nn.Parameter(torch.randn(1, 6, WIDTH))
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(WIDTH, 4, 32, activation="gelu", batch_first=True, norm_first=True), 2)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x):
        return self.head(self.decoder(self.queries.repeat(x.size(0), 1, 1), self.patches(x)).amax(1))


class LinearAttention(nn.Module):
    """Attention between channels (XCiT) and a product of keys and values before queries."""

    def __init__(self):
        super().__init__()
        self.patches, self.qkv, self.temperature = Patches(), nn.Linear(WIDTH, 3 * WIDTH), nn.Parameter(torch.ones(4, 1, 1))
        self.conv, self.head = nn.Conv2d(WIDTH, WIDTH, 3, padding=1, groups=WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, x):
        x = self.patches(x)
        batch, tokens, width = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, 4, width // 4).permute(2, 0, 3, 4, 1)
        q, k, v = qkv[0], qkv[1], qkv[2]
        channels = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * self.temperature).softmax(-1)
        x = x + (channels @ v).permute(0, 3, 1, 2).reshape(batch, tokens, width)
        side = int(tokens**0.5)
        x = x + self.conv(x.transpose(1, 2).reshape(batch, width, side, side)).flatten(2).transpose(1, 2)
        q, k = F.elu(q) + 1, F.elu(k) + 1
        mixed = torch.einsum("bhdn,bhde->bhne", q, torch.einsum("bhdn,bhen->bhde", k, v)) / (q.sum(-1) @ k.sum(-1).transpose(1, 2)).mean().clamp(min=1)
        return self.head((x + mixed.transpose(1, 2).flatten(2)).mean(1))


class Fourier(nn.Module):
    """Tokens from overlapping patches, mixed by a Fourier transform, normalised by root mean squares, gated."""

    def __init__(self):
        super().__init__()
        self.embed, self.gate, self.value, self.out = nn.Linear(75, WIDTH), nn.Linear(WIDTH, 24), nn.Linear(WIDTH, 24), nn.Linear(24, WIDTH)
        self.weight, self.head = nn.Parameter(torch.ones(WIDTH)), nn.Linear(WIDTH, 10)

    def forward(self, x):
        x = self.embed(F.unfold(x, 5, stride=4, padding=2).transpose(1, 2))
        x = x + torch.fft.fft2(x, norm="ortho").real
        y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight
        x = x + self.out(F.silu(self.gate(y)) * self.value(y))
        return self.head(x.mean(1))

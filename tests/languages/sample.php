<?php
namespace Shop;

use Shop\Base;

interface Seller
{
    public function sell(string $name): bool;
}

final class Cart extends Base implements Seller
{
    const LIMIT = 10;
    private array $items = [];

    public function __construct(array $items)
    {
        $this->items = $items;
        parent::__construct();
    }

    public function sell(string $name): bool
    {
        if ($name === '') {
            throw new \InvalidArgumentException('no name');
        }
        return true;
    }
}

function total(array $prices): int
{
    return array_sum($prices);
}

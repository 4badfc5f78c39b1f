// Package shop sells things.
package shop

import (
	"errors"
	"fmt"
)

const limit = 10

var ErrEmpty = errors.New("empty cart")

// Cart holds items.
type Cart struct {
	items []string
	total int
}

type Seller interface {
	Sell(name string) error
}

// Add puts an item into the cart.
func (c *Cart) Add(name string) error {
	if name == "" {
		return fmt.Errorf("no name")
	}
	c.items = append(c.items, name)
	return nil
}

func New() *Cart {
	return &Cart{}
}

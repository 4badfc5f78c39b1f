defmodule Shop.Cart do
  @moduledoc """
  A cart.
  """
  alias Shop.Item

  @doc "Adds an item."
  @spec add(t(), Item.t()) :: t()
  def add(cart, item) do
    %{cart | items: [item | cart.items]}
  end

  def empty, do: %{items: []}
end

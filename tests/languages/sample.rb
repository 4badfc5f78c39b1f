require "json"

module Shop
  LIMIT = 10

  # A cart of items.
  class Cart < Base
    attr_reader :items

    def initialize(items)
      @items = items
      @count = items.size
    end

    def self.empty
      new([])
    end

    def sell(name)
      raise ArgumentError, "no name" if name.empty?
      @items.delete(name)
    end
  end
end

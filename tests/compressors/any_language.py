"""Made-up sources in languages without a grammar here: `NAME: (suffix, source, names, asked)`.

`names` are the definitions in order, members of types included. `asked` is one of them and the last line of its body.
"""

from __future__ import annotations

SOURCES: dict[str, tuple[str, str, str, tuple[str, str]]] = {
    "Elixir": (
        ".ex",
        '''defmodule Shop.Cart do
  @moduledoc """
  A cart.
  """
  use GenServer
  alias Shop.Item

  @timeout 5_000

  defstruct items: [], owner: nil

  @doc "Adds an item."
  @spec add(t(), Item.t()) :: t()
  def add(%__MODULE__{} = cart, item) do
    items = [item | cart.items]
    %{cart | items: items}
  end

  def total(
        cart,
        currency
      )
      when is_atom(currency) do
    Enum.reduce(cart.items, 0, fn item, sum ->
      sum + item.price
    end)
  end

  defp check(nil), do: :error
end

defmodule Shop.Order do
  def pay(order) do
    case order.state do
      :open -> :ok
      _ -> :error
    end
  end
end
''',
        "Shop.Cart defstruct add total check Shop.Order pay",
        ("total", "    end)"),
    ),
    "Haskell": (
        ".hs",
        """module Shop (Cart, total) where

import qualified Data.Map as M

-- | A cart.
data Cart = Cart
  { items :: [Item]
  , owner :: String
  } deriving (Show)

newtype Price = Price Int

class Priced a where
  price :: a -> Price

instance Priced Item where
  price item = Price (cents item)

total :: Cart -> Int
total cart =
  let prices = map cents (items cart)
  in sum prices

isEmpty :: Cart -> Bool
isEmpty (Cart [] _) = True
isEmpty _ = False

main :: IO ()
main = do
  putStrLn "hello"
  print (total empty)
""",
        "Shop Cart Price Priced price Priced price total total isEmpty isEmpty isEmpty main main",
        ("total", "  in sum prices"),
    ),
    "Lua": (
        ".lua",
        """local M = {}
local json = require("json")

--[[ A cart
function not_this()
]]
local function round(x)
  return math.floor(x + 0.5)
end

function M.new(owner)
  local self = { items = {}, owner = owner }
  return setmetatable(self, { __index = M })
end

function M:add(item)
  if item == nil then
    error("no item")
  end
  table.insert(self.items, item)
end

M.total = function(self)
  local sum = 0
  for _, item in ipairs(self.items) do
    sum = sum + item.price
  end
  return sum
end

return M
""",
        "round M.new M:add M.total",
        ("M:add", "  table.insert(self.items, item)"),
    ),
    "Scala": (
        ".scala",
        """package shop

import scala.collection.mutable

sealed trait State
case object Open extends State

case class Item(name: String, cents: Int)

class Cart(owner: String) extends Logging {
  private val items = mutable.Buffer[Item]()

  def add(item: Item): Unit = {
    items += item
    log(item.name)
  }

  override def toString: String =
    s"Cart of $owner"
}

object Cart {
  def apply(owner: String): Cart = new Cart(owner)
}
""",
        "shop State Open Item Cart items add toString Cart apply",
        ("add", "    log(item.name)"),
    ),
    "Clojure": (
        ".clj",
        """(ns shop.cart
  (:require [clojure.string :as str]))

(def limit 100)

(defn total
  "The sum of the prices."
  [cart]
  (reduce + (map :price (:items cart))))

(defn- check [item]
  (when (neg? (:price item))
    (throw (ex-info "negative" {:item item}))))

(defprotocol Seller
  (sell [this item]))

(defrecord Shop [name]
  Seller
  (sell [this item]
    (println item)))

(defmulti area :shape)
(defmethod area :square [s]
  (* (:side s) (:side s)))
""",
        "shop.cart limit total check Seller Shop area area",
        ("check", '    (throw (ex-info "negative" {:item item}))))'),
    ),
    "Dart": (
        ".dart",
        """import 'package:flutter/material.dart';

enum State { open, paid }

abstract class Seller {
  void sell(Item item);
}

class Cart extends Seller with Logging {
  final List<Item> items = [];

  Cart({required this.owner});

  @override
  void sell(Item item) {
    items.add(item);
    log(item.name);
  }

  Future<int> total() async {
    var sum = 0;
    for (final item in items) {
      sum += item.cents;
    }
    return sum;
  }
}

int twice(int x) => x * 2;

void main() {
  runApp(const App());
}
""",
        "State Seller Cart sell total twice main",
        ("total", "    return sum;"),
    ),
    "Zig": (
        ".zig",
        """const std = @import("std");

pub const Cart = struct {
    items: []Item,

    pub fn init(allocator: std.mem.Allocator) Cart {
        _ = allocator;
        return .{ .items = &.{} };
    }

    fn check(self: *Cart) !void {
        if (self.items.len == 0) return error.Empty;
    }
};

fn total(cart: Cart) u32 {
    var sum: u32 = 0;
    for (cart.items) |item| {
        sum += item.cents;
    }
    return sum;
}

test "a total" {
    try std.testing.expect(total(.{}) == 0);
}
""",
        "Cart init check total a.total",
        ("total", "    return sum;"),
    ),
    "Terraform": (
        ".tf",
        """terraform {
  required_version = ">= 1.5"
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.region}"

  lifecycle {
    prevent_destroy = true
  }
}

module "vpc" {
  source = "./vpc"
}

output "bucket" {
  value = aws_s3_bucket.logs.id
}
""",
        "terraform region aws_s3_bucket.logs vpc bucket",
        ("aws_s3_bucket.logs", "    prevent_destroy = true"),
    ),
    "OCaml": (
        ".ml",
        """open Printf

type item = {
  name : string;
  cents : int;
}

exception Empty of string

let limit = 100

let rec total items =
  match items with
  | [] -> 0
  | item :: rest -> item.cents + total rest

let check item =
  if item.cents < 0 then
    failwith "negative"

module Cart = struct
  let empty = []

  let add item cart =
    item :: cart
end

let () =
  printf "%d" (total [])
""",
        "item Empty limit total check Cart empty add let",
        ("total", "  | item :: rest -> item.cents + total rest"),
    ),
    "F#": (
        ".fs",
        """module Shop.Cart

open System

type Item =
    { Name: string
      Cents: int }

type State =
    | Open
    | Paid of DateTime

let limit = 100

let total (items: Item list) =
    items
    |> List.sumBy (fun item -> item.Cents)

[<EntryPoint>]
let main argv =
    printfn "%d" (total [])
    0
""",
        "Shop.Cart Item State limit total main",
        ("total", "    |> List.sumBy (fun item -> item.Cents)"),
    ),
    "Julia": (
        ".jl",
        '''module Shop

using LinearAlgebra

abstract type Seller end

struct Item
    name::String
    cents::Int
end

"""
The sum of the prices.
"""
function total(items::Vector{Item})
    sum = 0
    for item in items
        sum += item.cents
    end
    return sum
end

twice(x) = 2x

macro check(ex)
    return :( $ex )
end

end
''',
        "Shop Seller Item total twice check",
        ("total", "    return sum"),
    ),
    "R": (
        ".r",
        """library(dplyr)

limit <- 100

total <- function(items, na.rm = FALSE) {
  prices <- items$cents
  sum(prices, na.rm = na.rm)
}

check <- function(
  item,
  strict = TRUE
) {
  if (item$cents < 0) stop("negative")
}

setClass("Cart", representation(items = "list"))
""",
        "total check",
        ("check", '  if (item$cents < 0) stop("negative")'),
    ),
    "Perl": (
        ".pl",
        """package Shop::Cart;
use strict;
use warnings;

our $LIMIT = 100;

=head1 NAME

sub not_this

=cut

sub new {
    my ($class, %args) = @_;
    return bless { items => [] }, $class;
}

sub add {
    my ($self, $item) = @_;
    push @{ $self->{items} }, $item;
    return $self;
}

sub total { return 0 }

1;
""",
        "Shop::Cart new add total",
        ("add", "    return $self;"),
    ),
    "Groovy": (
        ".groovy",
        """package shop

class Cart {
    List<Item> items = []

    def add(Item item) {
        items << item
        println item
    }

    int total() {
        items.sum { it.cents }
    }
}

def twice(x) {
    x * 2
}

pipeline {
    agent any
    stages {
        stage('Build') {
            steps { sh 'make' }
        }
    }
}
""",
        "shop Cart add total twice pipeline",
        ("add", "        println item"),
    ),
    "Nix": (
        ".nix",
        """{ pkgs, lib, ... }:

let
  version = "1.0";
  build = { name, src }:
    pkgs.stdenv.mkDerivation {
      inherit name src;
    };
in
{
  packages.default = build {
    name = "shop";
    src = ./.;
  };
}
""",
        "build packages.default",
        ("build", "      inherit name src;"),
    ),
    "Solidity": (
        ".sol",
        """pragma solidity ^0.8.0;

import "./IERC20.sol";

interface ISeller {
    function sell(uint256 id) external;
}

contract Cart is ISeller {
    mapping(address => uint256) public balances;

    event Sold(address indexed buyer, uint256 id);

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function sell(
        uint256 id
    ) external override
      onlyOwner
    {
        balances[msg.sender] += 1;
        emit Sold(msg.sender, id);
    }
}
""",
        "ISeller sell Cart Sold onlyOwner sell",
        ("sell", "        emit Sold(msg.sender, id);"),
    ),
    "Objective-C": (
        ".m",
        """#import "Cart.h"

@interface Cart ()
@property (nonatomic) NSMutableArray *items;
@end

@implementation Cart

- (void)add:(Item *)item {
    [self.items addObject:item];
    NSLog(@"%@", item);
}

+ (instancetype)shared {
    static Cart *cart;
    return cart;
}

@end

static int twice(int x) {
    return x * 2;
}
""",
        "Cart Cart add shared twice",
        ("add", '    NSLog(@"%@", item);'),
    ),
    "GraphQL": (
        ".graphql",
        """scalar Date

type Item {
  name: String!
  cents: Int!
}

input NewItem {
  name: String!
}

enum State {
  OPEN
  PAID
}

type Query {
  items(
    first: Int
  ): [Item!]!
}
""",
        "Date Item NewItem State Query",
        ("NewItem", "  name: String!"),
    ),
    "Protocol buffers": (
        ".proto",
        """syntax = "proto3";

package shop.v1;

// An item.
message Item {
  string name = 1;
  int32 cents = 2;
}

enum State {
  OPEN = 0;
  PAID = 1;
}

service Seller {
  // Sells one.
  rpc Sell(Item) returns (State) {
    option deprecated = true;
  }
}
""",
        "shop.v1 Item State Seller Sell",
        ("Item", "  int32 cents = 2;"),
    ),
    "Dockerfile": (
        "Dockerfile",
        """# syntax=docker/dockerfile:1
FROM golang:1.22 AS build
WORKDIR /src
RUN apt-get update && \\
    apt-get install -y git && \\
    rm -rf /var/lib/apt/lists/*
COPY . .

FROM scratch
COPY --from=build /src/app /app
ENTRYPOINT ["/app"]
""",
        "golang:1.22 src apt-get COPY scratch COPY /app",
        ("apt-get", "    rm -rf /var/lib/apt/lists/*"),
    ),
    "Makefile": (
        "Makefile",
        """CC := gcc
.PHONY: all clean

all: shop

shop: main.o cart.o
\t$(CC) -o $@ $^
\t@echo done

%.o: %.c
\t$(CC) -c $<

clean:
\trm -f *.o
""",
        "all shop o clean",
        ("shop", "\t@echo done"),
    ),
    "CMake": (
        "CMakeLists.txt",
        """cmake_minimum_required(VERSION 3.20)
project(shop LANGUAGES CXX)

option(WITH_TESTS "Build the tests" ON)

function(add_part name)
  add_library(${name} STATIC ${name}.cpp)
  target_link_libraries(${name} PUBLIC base)
endfunction()

add_executable(shop
  main.cpp
  cart.cpp)

if(WITH_TESTS)
  add_subdirectory(tests)
endif()
""",
        "shop WITH_TESTS add_part shop",
        ("add_part", "  target_link_libraries(${name} PUBLIC base)"),
    ),
    "Elm": (
        ".elm",
        """module Cart exposing (Model, update)

import Html exposing (Html)


type alias Model =
    { items : List Item }


type Msg
    = Add Item
    | Clear


update : Msg -> Model -> Model
update msg model =
    case msg of
        Add item ->
            { model | items = item :: model.items }

        Clear ->
            { model | items = [] }
""",
        "Cart Model Msg update update",
        ("update", "            { model | items = [] }"),
    ),
    "Erlang": (
        ".erl",
        """-module(cart).
-export([new/0, total/1]).

-record(item, {name, cents}).

new() ->
    #{items => []}.

total(#{items := Items}) ->
    lists:foldl(
        fun(Item, Sum) -> Sum + Item end,
        0, Items);
total(_) ->
    0.
""",
        "new total total",
        ("new", "    #{items => []}."),
    ),
    "PowerShell": (
        ".ps1",
        """<#
function Not-This
#>
param([string]$Name)

function Get-Total {
    param($Items)
    $sum = 0
    foreach ($item in $Items) {
        $sum += $item.Cents
    }
    return $sum
}

class Cart {
    [int] Total() {
        return 0
    }
}
""",
        "Get-Total Cart Total",
        ("Get-Total", "    return $sum"),
    ),
    "Pony": (
        ".pony",
        """use "cli"

actor Main
  let _env: Env

  new create(env: Env) =>
    _env = env
    run()

  fun run(): None =>
    _env.out.print("hello")

class val Cart
  fun box total(): U32 =>
    let sum = U32(0)
    sum
""",
        "Main _env create run Cart total",
        ("create", "    run()"),
    ),
    "Nim": (
        ".nim",
        """import std/strutils

type
  Item = object
    name: string
    cents: int

const limit = 100

proc total(items: seq[Item]): int =
  ## The sum of the prices.
  for item in items:
    result += item.cents

template twice(x: untyped): untyped =
  x * 2

when isMainModule:
  echo total(@[])
""",
        "Item total twice",
        ("total", "    result += item.cents"),
    ),
    "Scheme": (
        ".scm",
        """;; A cart.
(define-module (shop cart))

(define limit 100)

(define (total items)
  (fold + 0
        (map cents items)))

(define* (check item #:key strict)
  (if (negative? (cents item))
      (error "negative")))
""",
        "shop limit total check",
        ("total", "        (map cents items)))"),
    ),
}

%% Binary trees of many depths that come and go beside one of depth 18 that stays.
-module(trees).
-export([main/0]).

make(0) -> {leaf, leaf};
make(Depth) -> {make(Depth - 1), make(Depth - 1)}.

count(leaf) -> 0;
count({A, B}) -> 1 + count(A) + count(B).

many(0, _, Total) -> Total;
many(Left, Depth, Total) -> many(Left - 1, Depth, Total + count(make(Depth))).

all(Depth, Most, Total) when Depth > Most -> Total;
all(Depth, Most, Total) -> all(Depth + 2, Most, Total + many(1 bsl (Most - Depth + 4), Depth, 0)).

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Depth = 18,
    Stays = make(Depth),
    io:format("~p~n", [count(make(Depth + 1)) + all(4, Depth, 0) + count(Stays)]),
    io:format("elapsed ~p ns for 1~n", [erlang:monotonic_time(nanosecond) - Start]).

%% A tree of processes with ten children each and a million leaves, which give their numbers to be added up.
-module(skynet).
-export([main/0]).

node(Number, 1, Parent) -> Parent ! Number;
node(Number, Size, Parent) ->
    Self = self(),
    Part = Size div 10,
    [spawn(fun() -> node(Number + N * Part, Part, Self) end) || N <- lists:seq(0, 9)],
    Parent ! sum(10, 0).

sum(0, Total) -> Total;
sum(Left, Total) -> receive N -> sum(Left - 1, Total + N) end.

main() ->
    Start = erlang:monotonic_time(nanosecond),
    Self = self(),
    spawn(fun() -> node(0, 1000000, Self) end),
    io:format("~p~n", [sum(1, 0)]),
    io:format("elapsed ~p ns for ~p~n", [erlang:monotonic_time(nanosecond) - Start, 1111111]).
